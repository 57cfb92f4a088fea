package io.hark.frontend;

import io.hark.auth.App;
import io.hark.auth.AuthResult;
import io.hark.auth.Credentials;
import io.hark.auth.Grant;
import io.hark.auth.Identity;
import io.hark.auth.Operation;
import io.hark.auth.Outcome;
import io.hark.channel.AttachFrom;
import io.hark.channel.ChannelId;
import io.hark.protocol.ChannelName;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.rest.ChannelAccess;
import io.hark.rest.RestRequest;
import io.netty.channel.Channel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Confined: one `/sse` or `/event-stream` response: a connection that only listens, on channels named
/// in its URL. Its place on all of them is in the id of each event, so that a client that comes back
/// with the last id misses nothing.
final class EventStream implements LoopClient {
    private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);
    private static final String BETWEEN_SERIALS = "~";
    private static final long KEEPALIVE_MILLIS = 15_000;

    /// What the URL says of all channels at once.
    private static final Set<String> CHANNEL_PARAMS =
            Set.of("rewind", "rewindLimit", "delta", "occupancy", "objects", "appendMode");

    private final Frontend frontend;
    private final FrontendLoop loop;
    private final EventWriter writer;
    private final RestRequest request;
    private final List<StreamedChannel> channels = new ArrayList<>();
    private final Credentialed credentialed;
    private final ConnectionCounts counts;
    private Optional<Grant> grant = Optional.empty();
    private boolean started;
    private boolean ended;
    private boolean dirty;
    private long sentMillis;

    EventStream(Frontend frontend, FrontendLoop loop, Channel socket, RestRequest request) {
        this.frontend = frontend;
        this.loop = loop;
        this.request = request;
        this.credentialed = new Credentialed(frontend);
        this.counts = new ConnectionCounts(frontend, request.secure());
        this.writer = new EventWriter(socket, EventWriter.Framing.of(request));
    }

    /// Starts the stream, or answers with an error and its status: never a stream that holds only an error.
    void open() {
        sentMillis = now();
        Optional<ErrorInfo> refusal = prepare();
        if (refusal.isPresent()) {
            ended = true;
            counts.refused(Credentials.of(request.header("authorization"), request.query()), refusal.get());
            LOG.info(
                    "event stream refused: code={} message={}",
                    refusal.get().code(),
                    refusal.get().message());
            writer.refuse(refusal.get(), request);
            return;
        }
        started = true;
        loop.add(this);
        counts.begin(grant.orElseThrow().appId());
        counts.opened(grant.orElseThrow().appId());
        frontend.metrics().streams.incrementAndGet();
        writer.start(request);
        long wallMillis = frontend.wallClock().getAsLong();
        for (StreamedChannel channel : channels) {
            channel.attach(wallMillis);
        }
        flush();
        examine();
    }

    private Optional<ErrorInfo> prepare() {
        Credentials credentials = Credentials.of(request.header("authorization"), request.query());
        return switch (frontend.authenticator().authenticate(credentials, request.secure(), frontend.wallTime())) {
            case AuthResult.Denied(ErrorInfo error) -> Optional.of(error);
            case AuthResult.Granted(Grant granted) -> {
                grant = Optional.of(granted);
                yield switch (Identity.resolve(granted, request.param("clientId"))) {
                    case Outcome.Refused<Identity>(ErrorInfo error) -> Optional.of(error);
                    case Outcome.Ok<Identity>(Identity identity) ->
                        frontend.apps()
                                .app(granted.appId())
                                .map(app -> prepareChannels(app, granted, identity))
                                .orElseGet(() -> Optional.of(ErrorCode.INVALID_CREDENTIALS.info()));
                };
            }
        };
    }

    private Optional<ErrorInfo> prepareChannels(App app, Grant grant, Identity identity) {
        Optional<String> names = request.param("channels").or(() -> request.param("channel"));
        if (names.isEmpty()) {
            return Optional.of(
                    ErrorCode.INVALID_PARAMETER_VALUE.info("the URL must name the channels, as in channels=a,b"));
        }
        String separator =
                request.param("separator").filter(text -> !text.isEmpty()).orElse(",");
        String[] all = names.get().split(Pattern.quote(separator));
        if (all.length > frontend.config().channelsPerConnectionMax()) {
            return Optional.of(ErrorCode.TOO_MANY_CHANNELS.info("%d channels are asked for, the limit is %d"
                    .formatted(all.length, frontend.config().channelsPerConnectionMax())));
        }
        Optional<List<String>> serials = lastSerials();
        for (int index = 0; index < all.length; index++) {
            Optional<String> serial = serials.isPresent() && serials.get().size() == all.length
                    ? Optional.of(serials.get().get(index))
                    : serials.map(other -> "");
            Optional<ErrorInfo> refusal = prepareChannel(app, grant, identity, all[index], serial);
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        return Optional.empty();
    }

    private Optional<ErrorInfo> prepareChannel(
            App app, Grant grant, Identity identity, String text, Optional<String> serial) {
        if (!(ChannelName.parse(text) instanceof ChannelName.Parsed.Valid(ChannelName name))) {
            return Optional.of(ErrorCode.INVALID_CHANNEL_NAME.info("invalid channel name '%s'".formatted(text)));
        }
        Optional<ErrorInfo> refusal =
                ChannelAccess.refusal(app, grant, identity, request.secure(), name, Operation.SUBSCRIBE);
        if (refusal.isPresent()) {
            return refusal;
        }
        Map<String, String> params = request.query().entrySet().stream()
                .filter(param -> CHANNEL_PARAMS.contains(param.getKey()))
                .filter(param -> !name.params().containsKey(param.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        return switch (ChannelOptions.parse(name, params, 0, loop.filterSteps())) {
            case ChannelOptions.Parsed.Invalid(ErrorInfo error) -> Optional.of(error);
            case ChannelOptions.Parsed.Valid(ChannelOptions options) -> {
                Optional<ErrorInfo> unwatchable = options.watches()
                        ? ChannelAccess.capabilityRefusal(grant, name, Operation.CHANNEL_METADATA)
                        : Optional.empty();
                if (unwatchable.isPresent()) {
                    yield unwatchable;
                }
                Optional<StreamPlace> place = serial.map(StreamPlace::parse);
                AttachFrom from = place.map(known -> known.from(loop.frames()))
                        .orElseGet(() ->
                                options.begin(frontend.policies().of(app, name).keepsLast()));
                ChannelId id = ChannelId.of(app.id(), ChannelAccess.id(name));
                channels.add(new StreamedChannel(
                        frontend,
                        this,
                        loop,
                        id,
                        name,
                        from,
                        options,
                        ChannelAccess.delivery(app, name),
                        place.orElseGet(() -> StreamPlace.after(""))));
                yield Optional.empty();
            }
        };
    }

    /// Where the client was, as the id of the last event that it got.
    private Optional<List<String>> lastSerials() {
        return request.param("lastEvent")
                .or(() -> request.param("lastEventId"))
                .or(() -> request.header("last-event-id"))
                .filter(id -> !id.isEmpty())
                .map(id -> Arrays.asList(id.split(BETWEEN_SERIALS, -1)));
    }

    EventWriter writer() {
        return writer;
    }

    boolean enveloped() {
        return !request.param("enveloped").equals(Optional.of("false"));
    }

    /// The id of an event: the stream's place on all its channels.
    String place() {
        return channels.stream().map(channel -> channel.place().text()).collect(Collectors.joining(BETWEEN_SERIALS));
    }

    void wrote() {
        sentMillis = now();
        loop.flushLater(this);
    }

    /// Ends the stream with an error that says whether to come back.
    void fail(ErrorInfo error) {
        if (!ended) {
            writer.error(error);
            end();
        }
    }

    /// The socket takes more again.
    void writable() {
        if (!ended) {
            channels.forEach(StreamedChannel::pump);
            flush();
        }
    }

    void end() {
        if (ended) {
            return;
        }
        ended = true;
        if (started) {
            channels.forEach(StreamedChannel::detach);
            loop.remove(this);
            counts.end();
            frontend.metrics().streams.decrementAndGet();
        }
        writer.end();
    }

    @Override
    public void tick(long nowMillis) {
        Optional<Instant> expires = grant.flatMap(Grant::expires);
        if (credentialed.isOver()) {
            examine();
        } else if (expires.isPresent() && !frontend.wallTime().isBefore(expires.get())) {
            fail(ErrorCode.TOKEN_EXPIRED.info("Token expired. (See https://help.ably.io/error/40142 for help.)"));
        } else if (nowMillis - sentMillis >= KEEPALIVE_MILLIS) {
            writer.keepalive(request.param("heartbeats").equals(Optional.of("true")));
            sentMillis = nowMillis;
            flush();
        }
    }

    @Override
    public void examine() {
        grant.flatMap(credentialed::examine).ifPresent(this::fail);
    }

    @Override
    public void drain(ErrorInfo reason) {
        end();
    }

    @Override
    public void cutOff(ErrorInfo reason) {
        end();
    }

    @Override
    public boolean markDirty() {
        boolean before = dirty;
        dirty = true;
        return !before;
    }

    @Override
    public void flush() {
        dirty = false;
        writer.flush();
    }

    private long now() {
        return frontend.clock().getAsLong();
    }
}
