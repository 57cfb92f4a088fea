package io.hark.rest;

import io.hark.channel.ChannelId;
import io.hark.channel.ChannelPolicy;
import io.hark.channel.ChannelRouter.Answer;
import io.hark.channel.ChannelStatus;
import io.hark.channel.Entry;
import io.hark.channel.EntryForm;
import io.hark.channel.EntryKind;
import io.hark.channel.HistoryPage;
import io.hark.channel.HistoryQuery;
import io.hark.channel.Hlc;
import io.hark.channel.SlotMeta;
import io.hark.protocol.ChannelName;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.Message;
import io.hark.protocol.MessageSerial;
import io.hark.protocol.Position;
import io.hark.protocol.PresenceMessage;
import io.hark.protocol.ProtocolCodec;
import io.hark.rest.HistoryParams.Cursor;
import io.hark.stats.Flow;
import io.hark.stats.Traffic;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads a channel's log page by page. A page counts items, not entries, and may end within an entry.
///
/// @param <T> what an item is: a message or a presence event
final class History<T> {
    /// A page ends early once its entries hold this much.
    private static final int PAGE_BYTES_MAX = 4 << 20;

    private static final ErrorCode UNREADABLE = ErrorCode.OVERLOADED;
    private static final Logger LOG = LoggerFactory.getLogger(History.class);

    private final RestServices services;
    private final EntryKind kind;
    private final Function<Entry, List<T>> unpack;
    private final Predicate<T> wanted;
    private final BiFunction<ProtocolCodec, List<T>, byte[]> encode;
    private final Traffic.Kind counted;
    private final ToLongFunction<List<T>> bytes;

    /// Whether a page may begin at a message, and not only at an attach position.
    private final boolean fromMessages;

    private History(
            RestServices services,
            EntryKind kind,
            Function<Entry, List<T>> unpack,
            Predicate<T> wanted,
            BiFunction<ProtocolCodec, List<T>, byte[]> encode,
            Traffic.Kind counted,
            ToLongFunction<List<T>> bytes,
            boolean fromMessages) {
        this.services = services;
        this.kind = kind;
        this.unpack = unpack;
        this.wanted = wanted;
        this.encode = encode;
        this.counted = counted;
        this.bytes = bytes;
        this.fromMessages = fromMessages;
    }

    static History<Message> ofMessages(RestServices services) {
        return new History<>(
                services,
                EntryKind.MESSAGE,
                StoredItems::messages,
                message -> true,
                ProtocolCodec::encodeMessages,
                Traffic.Kind.MESSAGES,
                ItemSizes::ofMessages,
                false);
    }

    /// The messages of a chat room; the channel's others are passed over.
    static History<Message> ofRoom(RestServices services, ChatCall chat) {
        return new History<>(
                services,
                EntryKind.MESSAGE,
                StoredItems::messages,
                ChatMessage::is,
                (codec, messages) -> codec.encodeValue(ChatMessage.trees(messages, chat.version(), chat.room())),
                Traffic.Kind.MESSAGES,
                ItemSizes::ofMessages,
                true);
    }

    static History<PresenceMessage> ofPresence(RestServices services) {
        return new History<>(
                services,
                EntryKind.PRESENCE,
                StoredItems::presence,
                event -> true,
                ProtocolCodec::encodePresence,
                Traffic.Kind.PRESENCE,
                ItemSizes::ofPresence,
                false);
    }

    private record Item<T>(Cursor cursor, T value) {}

    /// Value: what of the log is to be read.
    ///
    /// @param after exclusive
    /// @param first the first item, as pages go; empty when all of the entries are meant
    private record Range(long after, long upTo, Optional<Cursor> first) {
        /// From the cursor on.
        Range from(Cursor cursor, boolean backwards) {
            return backwards
                    ? new Range(after, Math.min(upTo, cursor.lsn()), first)
                    : new Range(Math.max(after, cursor.lsn() - 1), upTo, first);
        }

        boolean holds(Cursor place, boolean backwards) {
            return first.isEmpty() || place.equals(first.get()) || place.isPast(first.get(), backwards);
        }
    }

    /// Answers with one page of a channel that the caller may read.
    ///
    /// @param segment the last of the route, for links
    CompletionStage<Reply> page(Call call, Caller caller, ChannelName channel, String segment) throws Refusal {
        HistoryParams params = HistoryParams.of(call.request());
        ChannelId id = caller.idOf(channel);
        ChannelPolicy policy = services.policies().of(caller.app(), channel);
        // The owner is asked first: whatever it has acknowledged by now, to anybody, is at or before what it
        // answers.
        return services.router().status(id).thenCompose(answer -> switch (answer) {
            case Answer.Refused<ChannelStatus>(var error) -> CompletableFuture.completedStage(Reply.error(error));
            case Answer.Ok<ChannelStatus>(var status) -> {
                try {
                    Range range = range(params, status);
                    yield read(call, id.app(), params, range, query(call, params, range, id, policy, status), segment);
                } catch (Refusal refusal) {
                    yield CompletableFuture.completedStage(Reply.error(refusal.error()));
                }
            }
        });
    }

    private CompletionStage<Reply> read(
            Call call, String app, HistoryParams params, Range range, HistoryQuery query, String segment) {
        return services.router().read(query).handle((page, failure) -> {
            if (failure != null) {
                LOG.warn("a page of channel {} cannot be read, code {}", query.channel(), UNREADABLE.code(), failure);
                return Reply.error(UNREADABLE.info("the channel's log cannot be read at the moment; try again"));
            }
            List<Item<T>> items = items(params, range, page);
            // One more than asked for was read, to see whether there is one.
            boolean more = items.size() > params.limit() || page.more();
            List<Item<T>> shown = items.subList(0, Math.min(items.size(), params.limit()));
            Optional<String> next = more ? last(params, shown, page).map(Cursor::text) : Optional.empty();
            List<T> values = shown.stream().map(Item::value).toList();
            services.stats().of(app).traffic(Flow.OUTBOUND_REST, counted, values.size(), bytes.applyAsLong(values));
            return Reply.page(
                    codec -> encode.apply(codec, values),
                    Pages.of(call.request(), segment, params.links(query.endMillis()), next));
        });
    }

    /// Where the page ends: with the last item shown, or, when none of what was read is wanted, with that.
    private Optional<Cursor> last(HistoryParams params, List<Item<T>> shown, HistoryPage page) {
        if (!shown.isEmpty()) {
            return Optional.of(shown.getLast().cursor());
        }
        return page.entries().isEmpty()
                ? Optional.empty()
                : Optional.of(Cursor.behind(page.entries().getLast().lsn(), params.backwards()));
    }

    private HistoryQuery query(
            Call call, HistoryParams params, Range range, ChannelId id, ChannelPolicy policy, ChannelStatus status) {
        return new HistoryQuery(
                id.key(),
                range.after(),
                range.upTo(),
                Math.max(params.start(), call.nowMillis() - policy.retention().toMillis()),
                params.end().orElseGet(() -> endOfAll(call, params, status)),
                params.backwards(),
                Set.of(kind),
                params.limit() + 2, // The first may have been shown in full before, and the last tells of a next page.
                PAGE_BYTES_MAX,
                new EntryForm(status.committedLsn(), 0),
                kind == EntryKind.MESSAGE && policy.keepsLast() && params.isForLast());
    }

    /// Entries can be ahead of this node's clock, and must be visible nevertheless. A client's clock can be, too: a
    /// page that begins after now is empty, and its links can be followed.
    private static long endOfAll(Call call, HistoryParams params, ChannelStatus status) {
        long newest = Math.max(call.nowMillis(), Hlc.millis(status.meta().hlc()));
        return Math.max(newest, params.start());
    }

    private List<Item<T>> items(HistoryParams params, Range range, HistoryPage page) {
        List<Item<T>> items = new ArrayList<>();
        for (Entry entry : page.entries()) {
            List<T> values = unpack.apply(entry);
            for (int i = 0; i < values.size() && items.size() <= params.limit(); i++) {
                int index = params.backwards() ? values.size() - 1 - i : i;
                Cursor place = new Cursor(entry.lsn(), index);
                boolean isNext = params.cursor().isEmpty()
                        || place.isPast(params.cursor().get(), params.backwards());
                if (isNext && range.holds(place, params.backwards()) && wanted.test(values.get(index))) {
                    items.add(new Item<>(place, values.get(index)));
                }
            }
        }
        return items;
    }

    /// What is committed, up to the position given if one is, or from the message on.
    private Range range(HistoryParams params, ChannelStatus status) throws Refusal {
        Range range = new Range(0, status.committedLsn(), Optional.empty());
        if (params.upTo().isPresent()) {
            String text = params.upTo().get().getValue();
            Optional<MessageSerial> message = MessageSerial.parse(text);
            range = message.isPresent()
                    ? from(message.get(), params, status)
                    : new Range(0, Math.min(upTo(text, status), status.committedLsn()), Optional.empty());
        }
        return params.cursor().isPresent() ? range.from(params.cursor().get(), params.backwards()) : range;
    }

    private Range from(MessageSerial message, HistoryParams params, ChannelStatus status) throws Refusal {
        if (!fromMessages) {
            throw new Refusal(
                    ErrorCode.INVALID_PARAMETER_VALUE,
                    "'%s' is the serial of a message; give a channelSerial".formatted(message));
        }
        long lsn =
                message.region().equals(services.region()) ? status.meta().lsnOf(message.lineage(), message.oseq()) : 0;
        if (lsn == 0) {
            throw expired("the message %s is not of a log that is kept here".formatted(message));
        }
        Cursor first = new Cursor(lsn, message.index());
        return new Range(0, status.committedLsn(), Optional.of(first)).from(first, params.backwards());
    }

    private long upTo(String text, ChannelStatus status) throws Refusal {
        Position position = services.serials()
                .decode(text)
                .orElseThrow(() -> expired("the channelSerial cannot be read; it was not issued here"));
        if (!position.region().equals(services.region())) {
            throw new Refusal(
                    ErrorCode.HISTORY_FROM_OTHER_REGION,
                    "the channelSerial is of region %s, this is %s".formatted(position.region(), services.region()));
        }
        if (!isKnown(position, status.meta())) {
            throw expired("the channelSerial is of a log that is gone");
        }
        return position.lsn();
    }

    private static boolean isKnown(Position position, SlotMeta meta) {
        return position.lineage() == meta.lineage()
                || meta.ended().stream()
                        .anyMatch(end -> end.lineage() == position.lineage() && position.lsn() <= end.endLsn());
    }

    private static Refusal expired(String message) {
        return new Refusal(ErrorCode.ATTACH_POINT_EXPIRED, message);
    }
}
