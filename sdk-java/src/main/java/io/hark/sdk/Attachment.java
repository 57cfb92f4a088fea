package io.hark.sdk;

import io.hark.protocol.AttachFlag;
import io.hark.protocol.ChannelMode;
import io.hark.protocol.ClientMessage;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.ServerMessage;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;

/// Confined: one place on a channel: attached with the modes that its owner wants, again on every
/// transport, always behind the last frame that was dealt with.
///
/// The cursor is what outlives everything else: transports, the connection's state at the server,
/// detaching. Only the server ever says that it cannot go on from there (RTL4c1, RTL12).
final class Attachment {
    private static final System.Logger LOG = System.getLogger(Attachment.class.getName());
    private static final Duration STEADY = Duration.ofSeconds(1);
    private static final int TRANSPORT_SUPERSEDED = 80016;

    private enum State {
        IDLE,
        ATTACHING,
        ATTACHED,
        DETACHING,
        /// Refused for now, or not answered; tried again later.
        WAITING,
        FAILED
    }

    /// Whose place it is. Called on the loop.
    interface Owner {
        /// Bits of modes; none when it is not to be attached.
        int modes();

        /// @param gap why messages before this are missing
        /// @param anew whether what came before the frame is over, so that presence begins again
        void attached(ServerMessage.Attached frame, Optional<ErrorInfo> gap, boolean anew);

        void failed(ErrorInfo why);
    }

    private final String name;
    private final Wire wire;
    private final Environment environment;
    private final Executor loop;
    private final Timing timing;
    private final Owner owner;

    private State state = State.IDLE;
    private Optional<String> cursor = Optional.empty();
    private Map<String, String> params = Map.of();

    /// With what the last ATTACH was sent.
    private int requested;

    private boolean sentCursor;

    /// The present attachment is not the one that is wanted, whatever its modes.
    private boolean elsewhere;

    private int failures;
    private long attachedNanos;
    private Environment.Timer timer = Environment.Timer.NONE;
    private long turn;

    /// @param name as it is on the wire
    Attachment(String name, Wire wire, Environment environment, Executor loop, Timing timing, Owner owner) {
        this.name = name;
        this.wire = wire;
        this.environment = environment;
        this.loop = loop;
        this.timing = timing;
        this.owner = owner;
    }

    String name() {
        return name;
    }

    /// Whether what arrives is of the place that is wanted; what is sent while another is asked for
    /// comes again.
    boolean isAttached() {
        return state == State.ATTACHED;
    }

    /// Whether the server may hold an attachment under this name.
    boolean isOpen() {
        return state == State.ATTACHED || state == State.ATTACHING;
    }

    /// Whether the last ATTACH asked for the mode.
    boolean asked(ChannelMode mode) {
        return (requested & mode.flag()) != 0;
    }

    Optional<String> cursor() {
        return cursor;
    }

    /// Everything up to there has been dealt with.
    void passed(String channelSerial) {
        cursor = Optional.of(channelSerial);
    }

    /// Begins elsewhere: at the cursor, or where the params say.
    void startFrom(Optional<String> newCursor, Map<String, String> newParams) {
        cursor = newCursor;
        params = newParams;
        elsewhere = true;
        if (state == State.WAITING) {
            become(State.IDLE);
        }
        revive();
        reconcile();
    }

    /// Somebody wants it again after it failed: the answer may be another now.
    void revive() {
        if (state == State.FAILED) {
            become(State.IDLE);
        }
    }

    /// The owner may want something else.
    void reconcile() {
        if (!wire.isUp()) {
            return;
        }
        int wanted = owner.modes();
        switch (state) {
            case IDLE -> {
                if (wanted != 0) {
                    attach(wanted);
                }
            }
            case ATTACHED -> {
                if (wanted == 0) {
                    detach();
                } else if (wanted != requested || elsewhere) {
                    attach(wanted);
                }
            }
            // One question at a time: answers do not say which one they are to.
            case ATTACHING, DETACHING, WAITING, FAILED -> {}
        }
    }

    private void attach(int modes) {
        become(State.ATTACHING);
        requested = modes;
        elsewhere = false;
        sentCursor = cursor.isPresent();
        // From exactly there, as what came after it may have been dropped here.
        int flags = cursor.isPresent() ? modes | AttachFlag.ATTACH_RESUME : modes;
        wire.send(new ClientMessage.Attach(name, params, flags, cursor));
        in(timing.request(), () -> retryLater(ClientErrors.attachTimedOut(name, timing.request())));
    }

    private void detach() {
        become(State.DETACHING);
        wire.send(new ClientMessage.Detach(name));
        in(timing.request(), this::detachedAsAsked);
    }

    private void detachedAsAsked() {
        become(State.IDLE);
        reconcile();
    }

    private void retryLater(ErrorInfo why) {
        become(State.WAITING);
        failures++;
        LOG.log(System.Logger.Level.DEBUG, "attaching to {0} is tried again: {1}", name, why);
        in(timing.retryAfter(failures, environment.random()), () -> {
            become(State.IDLE);
            reconcile();
        });
    }

    private void become(State next) {
        state = next;
        turn++;
        timer.cancel();
        timer = Environment.Timer.NONE;
    }

    private void in(Duration delay, Runnable task) {
        long now = turn;
        timer = environment.after(
                delay,
                () -> loop.execute(() -> {
                    if (now == turn) {
                        task.run();
                    }
                }));
    }

    void up() {
        reconcile();
    }

    void down() {
        if (state != State.FAILED) {
            become(State.IDLE);
        }
    }

    void received(ServerMessage.Attached frame) {
        switch (state) {
            case ATTACHING, WAITING -> attached(frame, true);
            case ATTACHED -> attached(frame, false);
            // It was on its way when the detach was sent (RTL5k).
            case IDLE -> wire.send(new ClientMessage.Detach(name));
            case DETACHING, FAILED -> {}
        }
    }

    private void attached(ServerMessage.Attached frame, boolean answer) {
        become(State.ATTACHED);
        failures = 0;
        attachedNanos = environment.nanos();
        if (!elsewhere) {
            boolean resumed = (frame.flags() & AttachFlag.RESUMED) != 0;
            boolean gap = !resumed && (sentCursor || !answer);
            if (answer || !resumed) {
                cursor = Optional.of(frame.channelSerial());
            }
            // More than it was told of is missing when an interval holds more than a rewind brings (90004).
            Optional<ErrorInfo> missed = gap
                    ? Optional.of(frame.error().orElseGet(() -> ClientErrors.continuityLost(name)))
                    : frame.error().filter(error -> !resumed);
            owner.attached(frame, missed, answer || !resumed);
        }
        reconcile();
    }

    void received(ServerMessage.Detached frame) {
        switch (state) {
            case DETACHING -> detachedAsAsked();
            case ATTACHED -> {
                if (environment.nanos() - attachedNanos < STEADY.toNanos()) {
                    retryLater(frame.error().orElseGet(() -> ClientErrors.continuityLost(name)));
                } else {
                    detachedAsAsked(); // The server wants it to attach again (RTL13a).
                }
            }
            case ATTACHING -> retryLater(frame.error().orElseGet(() -> ClientErrors.continuityLost(name)));
            case IDLE, WAITING, FAILED -> {}
        }
    }

    void received(ServerMessage.Error frame) {
        if (frame.error().code() == TRANSPORT_SUPERSEDED && state == State.ATTACHING) {
            detachedAsAsked();
        } else {
            become(State.FAILED);
            owner.failed(frame.error());
        }
    }
}
