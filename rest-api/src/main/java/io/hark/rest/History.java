package io.hark.rest;

import io.hark.channel.ChannelId;
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
    private final BiFunction<ProtocolCodec, List<T>, byte[]> encode;
    private final Traffic.Kind counted;
    private final ToLongFunction<List<T>> bytes;

    private History(
            RestServices services,
            EntryKind kind,
            Function<Entry, List<T>> unpack,
            BiFunction<ProtocolCodec, List<T>, byte[]> encode,
            Traffic.Kind counted,
            ToLongFunction<List<T>> bytes) {
        this.services = services;
        this.kind = kind;
        this.unpack = unpack;
        this.encode = encode;
        this.counted = counted;
        this.bytes = bytes;
    }

    static History<Message> ofMessages(RestServices services) {
        return new History<>(
                services,
                EntryKind.MESSAGE,
                StoredItems::messages,
                ProtocolCodec::encodeMessages,
                Traffic.Kind.MESSAGES,
                ItemSizes::ofMessages);
    }

    static History<PresenceMessage> ofPresence(RestServices services) {
        return new History<>(
                services,
                EntryKind.PRESENCE,
                StoredItems::presence,
                ProtocolCodec::encodePresence,
                Traffic.Kind.PRESENCE,
                ItemSizes::ofPresence);
    }

    private record Item<T>(Cursor cursor, T value) {}

    /// Answers with one page of a channel that the caller may read.
    ///
    /// @param segment the last of the route, for links
    CompletionStage<Reply> page(Call call, Caller caller, ChannelName channel, String segment) throws Refusal {
        HistoryParams params = HistoryParams.of(call.request());
        ChannelId id = caller.idOf(channel);
        long keptSince = call.nowMillis()
                - services.policies().of(caller.app(), channel).retention().toMillis();
        // The owner is asked first: whatever it has acknowledged by now, to anybody, is at or before what it
        // answers.
        return services.router().status(id).thenCompose(answer -> switch (answer) {
            case Answer.Refused<ChannelStatus>(var error) -> CompletableFuture.completedStage(Reply.error(error));
            case Answer.Ok<ChannelStatus>(var status) -> {
                try {
                    yield read(call, params, id, query(call, params, id, keptSince, status), segment);
                } catch (Refusal refusal) {
                    yield CompletableFuture.completedStage(Reply.error(refusal.error()));
                }
            }
        });
    }

    private CompletionStage<Reply> read(
            Call call, HistoryParams params, ChannelId id, HistoryQuery query, String segment) {
        return services.router().read(query).handle((page, failure) -> {
            if (failure != null) {
                LOG.warn("a page of channel {} cannot be read, code {}", id, UNREADABLE.code(), failure);
                return Reply.error(UNREADABLE.info("the channel's log cannot be read at the moment; try again"));
            }
            List<Item<T>> items = items(params, page);
            // One more than asked for was read, to see whether there is one.
            boolean more = items.size() > params.limit() || page.more() && !items.isEmpty();
            List<Item<T>> shown = items.subList(0, Math.min(items.size(), params.limit()));
            Optional<String> next = more ? Optional.of(shown.getLast().cursor().text()) : Optional.empty();
            List<T> values = shown.stream().map(Item::value).toList();
            services.stats()
                    .of(id.app())
                    .traffic(Flow.OUTBOUND_REST, counted, values.size(), bytes.applyAsLong(values));
            return Reply.page(
                    codec -> encode.apply(codec, values),
                    Pages.of(call.request(), segment, params.links(query.endMillis()), next));
        });
    }

    private HistoryQuery query(Call call, HistoryParams params, ChannelId id, long keptSince, ChannelStatus status)
            throws Refusal {
        long after = 0;
        long upTo = upTo(params, status);
        if (params.cursor().isPresent()) {
            long lsn = params.cursor().get().lsn();
            if (params.backwards()) {
                upTo = Math.min(upTo, lsn);
            } else {
                after = Math.max(0, lsn - 1);
            }
        }
        return new HistoryQuery(
                id.key(),
                after,
                upTo,
                Math.max(params.start(), keptSince),
                // Entries can be ahead of this node's clock, and must be visible nevertheless.
                params.end()
                        .orElse(Math.max(
                                call.nowMillis(), Hlc.millis(status.meta().hlc()))),
                params.backwards(),
                Set.of(kind),
                params.limit() + 2, // The first may have been shown in full before, and the last tells of a next page.
                PAGE_BYTES_MAX,
                new EntryForm(status.committedLsn(), 0));
    }

    private List<Item<T>> items(HistoryParams params, HistoryPage page) {
        List<Item<T>> items = new ArrayList<>();
        for (Entry entry : page.entries()) {
            List<T> values = unpack.apply(entry);
            for (int i = 0; i < values.size() && items.size() <= params.limit(); i++) {
                int index = params.backwards() ? values.size() - 1 - i : i;
                Cursor place = new Cursor(entry.lsn(), index);
                if (params.cursor().isEmpty() || place.isPast(params.cursor().get(), params.backwards())) {
                    items.add(new Item<>(place, values.get(index)));
                }
            }
        }
        return items;
    }

    /// The last LSN to be shown: that of the position given, else what is committed.
    private long upTo(HistoryParams params, ChannelStatus status) throws Refusal {
        if (params.upTo().isEmpty()) {
            return status.committedLsn();
        }
        String text = params.upTo().get().getValue();
        if (MessageSerial.parse(text).isPresent()) {
            throw new Refusal(
                    ErrorCode.INVALID_PARAMETER_VALUE,
                    "'%s' is the serial of a message; give a channelSerial".formatted(text));
        }
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
        return Math.min(position.lsn(), status.committedLsn());
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
