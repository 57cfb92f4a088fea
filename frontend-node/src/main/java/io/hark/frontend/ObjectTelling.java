package io.hark.frontend;

import io.hark.channel.ChannelId;
import io.hark.channel.Entry;
import io.hark.channel.EntryBody;
import io.hark.channel.FrontendEffects;
import io.hark.channel.MetaEvent;
import io.hark.channel.ObjectsPage;
import io.hark.channel.ObjectsQuery;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Format;
import io.hark.protocol.Message;
import io.hark.protocol.ObjectEntry;
import io.hark.protocol.ObjectState;
import io.hark.protocol.ProtocolCodec;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// Confined: tells one subscriber of its channel's objects by messages named `[meta]objects`, for
/// clients that know nothing of objects (param `objects`).
///
/// A run tells all objects as of one moment, one message for each, at the pace at which the subscriber
/// takes them. There is one at the attach, and one after changes, never two at a time; between two there
/// is a rest that is the longer the more was told. What is told last is as the last change left it.
final class ObjectTelling {
    private static final ProtocolCodec JSON = ProtocolCodec.of(Format.JSON);
    private static final String NAME = "[meta]objects";
    private static final long REST_MILLIS_MIN = 1_000;
    private static final long BYTES_PER_SECOND = 256 << 10;

    /// What the subscriber wants to be told.
    enum Wanted {
        /// The objects themselves.
        OBJECTS,
        /// That they have changed.
        NOTIFICATION;

        static Optional<Wanted> fromWord(String word) {
            return switch (word) {
                case "objects" -> Optional.of(OBJECTS);
                case "notification" -> Optional.of(NOTIFICATION);
                default -> Optional.empty();
            };
        }
    }

    /// The subscriber's end.
    interface Reader {
        /// When it turns true again the reader calls [#pump].
        boolean writable();

        /// @param message with an id that ends in `:0`
        void tell(Message message);
    }

    private final ChannelId channel;
    private final Wanted wanted;
    private final Reader reader;
    private final FrontendEffects effects;
    private final Supplier<String> randomIds;
    private final LongSupplier wallClock;
    private final int messageBytesMax;

    private boolean begun;
    private boolean ended;
    private boolean rests;

    /// The last operations that the subscriber's place has passed, and those that it was told of.
    private long changedLsn;

    private long toldLsn;

    // The run that goes on, if one does.
    private boolean runs;
    private boolean reads;
    private String syncId = "";
    private long runLsn;
    private Optional<ObjectsPage> page = Optional.empty();
    private Iterator<ObjectState> parts = List.<ObjectState>of().iterator();
    private Optional<ObjectState> held = Optional.empty();
    private long heldBytes;
    private int told;
    private long toldBytes;

    /// @param randomIds for ids of runs
    /// @param messageBytesMax of what tells one object; a larger one ends its run
    ObjectTelling(
            ChannelId channel,
            Wanted wanted,
            Reader reader,
            FrontendEffects effects,
            Supplier<String> randomIds,
            LongSupplier wallClock,
            int messageBytesMax) {
        this.channel = channel;
        this.wanted = wanted;
        this.reader = reader;
        this.effects = effects;
        this.randomIds = randomIds;
        this.wallClock = wallClock;
        this.messageBytesMax = messageBytesMax;
    }

    /// The subscriber is attached: it is told of objects from now on.
    void attached() {
        begun = true;
        if (wanted == Wanted.OBJECTS) {
            beginRun();
        } else {
            tellChange();
        }
    }

    void end() {
        ended = true;
    }

    /// The subscriber's place has passed the entry.
    void passed(Entry entry) {
        if (entry.body() instanceof EntryBody.Objects && entry.lsn() > changedLsn) {
            changedLsn = entry.lsn();
            pump();
        }
    }

    /// Goes on, if there is something to tell and the subscriber takes it.
    void pump() {
        if (!begun || ended) {
            return;
        }
        if (runs) {
            goOn();
        } else if (!rests && changedLsn > toldLsn) {
            if (wanted == Wanted.OBJECTS) {
                beginRun();
            } else {
                tellChange();
            }
        }
    }

    private void tellChange() {
        if (changedLsn > toldLsn && reader.writable()) {
            toldLsn = changedLsn;
            String path = "/channels/%s/object"
                    .formatted(URLEncoder.encode(channel.name(), StandardCharsets.UTF_8)
                            .replace("+", "%20"));
            tell(randomIds.get(), Map.of("link", path));
            rest(REST_MILLIS_MIN);
        }
    }

    private void beginRun() {
        runs = true;
        syncId = randomIds.get();
        page = Optional.empty();
        parts = List.<ObjectState>of().iterator();
        held = Optional.empty();
        told = 0;
        toldBytes = 0;
        read(ObjectsQuery.all(channel));
    }

    private void read(ObjectsQuery query) {
        reads = true;
        effects.objects(query, (read, refusal) -> {
            reads = false;
            if (ended) {
                return;
            }
            if (refusal == null) {
                page = Optional.of(read);
                parts = read.objects().iterator();
                runLsn = read.lsn();
                goOn();
            } else {
                // Their owner has changed, or cannot tell just now: the run begins anew.
                toldLsn = Math.min(toldLsn, changedLsn - 1);
                endRun();
            }
        });
    }

    private void goOn() {
        while (runs && !reads && reader.writable()) {
            if (parts.hasNext()) {
                add(parts.next());
            } else if (!page.orElseThrow().isLast()) {
                read(ObjectsQuery.all(channel).after(page.get()));
            } else {
                held.ifPresent(object -> tell(object, false));
                if (runs) {
                    toldLsn = runLsn;
                    endRun();
                }
            }
        }
    }

    private void endRun() {
        runs = false;
        held = Optional.empty();
        parts = List.<ObjectState>of().iterator();
        page = Optional.empty();
        rest(Math.max(REST_MILLIS_MIN, toldBytes * 1_000 / BYTES_PER_SECOND));
    }

    private void rest(long millis) {
        rests = true;
        effects.later(millis, () -> {
            rests = false;
            pump();
        });
    }

    /// A map that does not fit into a page goes on in the next one.
    private void add(ObjectState part) {
        boolean goesOn =
                held.filter(object -> object.objectId().equals(part.objectId())).isPresent();
        if (goesOn) {
            held = Optional.of(joined(held.get(), part));
        } else {
            held.ifPresent(object -> tell(object, true));
            held = Optional.of(part).filter(object -> runs);
            heldBytes = 0;
        }
        heldBytes += bytes(part);
        if (runs && heldBytes > messageBytesMax) {
            tooLarge(part.objectId());
        }
    }

    private static ObjectState joined(ObjectState object, ObjectState part) {
        if (!(object.value() instanceof ObjectState.OfMap(var entries, var clearTimeserial))
                || !(part.value() instanceof ObjectState.OfMap(var more, var cleared))) {
            return object;
        }
        Map<String, ObjectEntry> all = new LinkedHashMap<>(entries);
        all.putAll(more);
        return new ObjectState(
                object.objectId(),
                object.siteTimeserials(),
                object.created(),
                object.deletedMillis(),
                new ObjectState.OfMap(all, clearTimeserial));
    }

    private static long bytes(ObjectState part) {
        long bytes = 0;
        if (part.value() instanceof ObjectState.OfMap(var entries, var cleared)) {
            for (Map.Entry<String, ObjectEntry> entry : entries.entrySet()) {
                bytes += entry.getKey().length() + entry.getValue().size();
            }
        }
        return bytes;
    }

    private void tell(ObjectState object, boolean more) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("syncId", syncId);
        if (more) {
            tree.put("nextCursor", Integer.toString(told + 1));
        }
        tree.put("object", JSON.toTree(object).get("object"));
        byte[] data = JSON.encodeValue(tree);
        if (data.length > messageBytesMax) {
            tooLarge(object.objectId());
        } else {
            tell(syncId + '-' + told++, data);
        }
    }

    /// Nothing more of this run is told; the next change begins another.
    private void tooLarge(String objectId) {
        ErrorInfo error = ErrorCode.OBJECTS_TOO_LARGE.info(
                "the object %s does not fit into a message of %d bytes; read it over REST or with object_subscribe"
                        .formatted(objectId, messageBytesMax));
        tell(syncId + '-' + told++, Map.of("syncId", syncId, "error", MetaEvent.error(error)));
        toldLsn = runLsn;
        endRun();
    }

    private void tell(String id, Map<String, Object> tree) {
        tell(id, JSON.encodeValue(tree));
    }

    private void tell(String id, byte[] data) {
        toldBytes += data.length;
        reader.tell(MetaMessage.of(id + ":0", NAME, data, wallClock.getAsLong()));
    }
}
