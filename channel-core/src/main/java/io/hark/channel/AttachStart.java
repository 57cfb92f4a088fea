package io.hark.channel;

import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// Confined: decides where an attachment starts and whether that keeps continuity (design rule I6):
/// either everything after the client's position follows, or the client is told that it does not.
final class AttachStart {
    private final FrontendChannel channel;
    private final Attachment attachment;
    private final Subscribed subscribed;
    private final boolean sure;

    private AttachStart(FrontendChannel channel, Attachment attachment, Subscribed subscribed, boolean sure) {
        this.channel = channel;
        this.attachment = attachment;
        this.subscribed = subscribed;
        this.sure = sure;
    }

    static void begin(
            FrontendChannel channel,
            Attachment attachment,
            Subscribed subscribed,
            String region,
            AttachFrom from,
            long nowMillis) {
        AttachStart start = new AttachStart(channel, attachment, subscribed, false);
        switch (from) {
            case AttachFrom.Now() -> start.fresh();
            case AttachFrom.Unreadable() ->
                start.lost(
                        subscribed.committedLsn(),
                        ErrorCode.CONTINUITY_EXPIRED.info("the channelSerial cannot be read; it was not issued here"));
            case AttachFrom.After(var position) -> start.resume(position, region);
            case AttachFrom.LastMessages(int count) ->
                start.rewind(0, Math.min(count, channel.limits().rewindMessagesMax()), false);
            case AttachFrom.LastPublish() -> start.lastPublish();
            case AttachFrom.LastInterval(Duration interval, int max) ->
                start.rewind(
                        nowMillis - interval.toMillis(),
                        Math.min(max, channel.limits().rewindMessagesMax()),
                        true);
        }
    }

    private void fresh() {
        start(subscribed.committedLsn(), false, List.of(), subscribed.committedLsn(), Optional.empty());
    }

    private void lost(long startLsn, ErrorInfo why) {
        start(startLsn, false, List.of(), startLsn, Optional.of(why));
    }

    private void resume(Position position, String region) {
        long committed = subscribed.committedLsn();
        if (!position.region().equals(region)) {
            lost(
                    committed,
                    ErrorCode.CONTINUITY_OTHER_REGION.info(
                            "the channelSerial is of region %s, this is %s".formatted(position.region(), region)));
            return;
        }
        if (isAhead(position) && !sure) {
            // The owner that answered may have been replaced by one that has more, and not know it yet.
            channel.makeSure(
                    attachment, answer -> new AttachStart(channel, attachment, answer, true).resume(position, region));
            return;
        }
        long end = subscribed.meta().endOf(position.lineage());
        if (end < 0) {
            lost(committed, ErrorCode.CONTINUITY_OTHER_REGION.info("the channelSerial is of a log that is gone"));
        } else if (position.lsn() > end) {
            // What the client saw after the lineage's end was lost with a disk; everything since then
            // follows.
            lost(
                    end,
                    ErrorCode.CONTINUITY_OTHER_REGION.info(
                            "the region lost the end of its log; what was published since follows"));
        } else if (position.lsn() > committed) {
            channel.alarm("a client of channel %s was sent position %d, the log ends at %d: committed entries are lost"
                    .formatted(channel.id(), position.lsn(), committed));
            lost(committed, ErrorCode.CONTINUITY_OTHER_REGION.info("the channelSerial is past the end of the log"));
        } else if (subscribed.lastLsn() <= position.lsn()) {
            start(position.lsn(), true, List.of(), committed, Optional.empty());
        } else {
            resumeFromLog(position.lsn());
        }
    }

    private boolean isAhead(Position position) {
        int lineage = subscribed.meta().lineage();
        return position.lineage() > lineage
                || position.lineage() == lineage && position.lsn() > subscribed.committedLsn();
    }

    private void resumeFromLog(long lsn) {
        long wholeThrough = attachment.wantsWholes() ? Long.MAX_VALUE : lsn;
        channel.read(lsn, subscribed.committedLsn(), wholeThrough, (page, failure) -> {
            if (attachment.isEnded()) {
                return;
            }
            if (failure != null) {
                unreadable();
                return;
            }
            List<Entry> entries = page.unbroken();
            ErrorInfo expired =
                    ErrorCode.CONTINUITY_EXPIRED.info("some messages since the channelSerial are not kept any more");
            if (entries.isEmpty()) {
                lost(subscribed.committedLsn(), expired);
                return;
            }
            boolean complete = entries.getFirst().prevLsn() <= lsn;
            long startLsn = complete ? lsn : entries.getFirst().prevLsn();
            long next = Attachment.endOf(page, subscribed.committedLsn(), subscribed.lastLsn());
            start(startLsn, complete, entries, next, complete ? Optional.empty() : Optional.of(expired));
        });
    }

    private void rewind(long startMillis, int messagesMax, boolean byTime) {
        if (messagesMax <= 0) {
            fresh();
            return;
        }
        read(newest(startMillis, messagesMax + 1, false), page -> {
            List<Entry> backlog = new ArrayList<>();
            int wanted = messagesMax;
            boolean cut = page.more();
            long firstLsn = subscribed.committedLsn();
            for (Entry entry : page.entries()) {
                int taken = Math.min(wanted, entry.count());
                cut |= taken < entry.count();
                if (taken > 0) {
                    int from = entry.count() - taken;
                    backlog.add(from == 0 ? entry : entry.keeping(index -> index >= from));
                    firstLsn = from == 0 ? entry.lsn() : entry.lsn() + 1;
                }
                wanted -= taken;
            }
            Collections.reverse(backlog);
            attachment.rewound(firstLsn, subscribed.committedLsn());
            long startLsn = backlog.isEmpty()
                    ? subscribed.committedLsn()
                    : backlog.getFirst().prevLsn();
            Optional<ErrorInfo> limited = byTime && cut
                    ? Optional.of(ErrorCode.CONTINUITY_LIMITED.info(
                            "the interval holds more than %d messages; the newest follow".formatted(messagesMax)))
                    : Optional.empty();
            start(startLsn, false, backlog, subscribed.committedLsn(), limited);
        });
    }

    /// It may have been long ago: the client is given the place where it attaches for the publish's own,
    /// which the log may know nothing of when the client comes back.
    private void lastPublish() {
        read(newest(0, 1, true), page -> {
            long committed = subscribed.committedLsn();
            if (page.entries().isEmpty()) {
                fresh();
                return;
            }
            Entry last = page.entries().getFirst();
            attachment.rewound(last.lsn(), committed);
            start(last.prevLsn(), false, List.of(last.at(committed)), committed, Optional.empty());
        });
    }

    private HistoryQuery newest(long startMillis, int entriesMax, boolean orLast) {
        return new HistoryQuery(
                channel.id().key(),
                0,
                subscribed.committedLsn(),
                Math.max(0, startMillis),
                Long.MAX_VALUE,
                true,
                Set.of(EntryKind.MESSAGE),
                entriesMax,
                Integer.MAX_VALUE,
                new EntryForm(subscribed.committedLsn(), 0),
                orLast);
    }

    private void read(HistoryQuery query, Consumer<HistoryPage> then) {
        channel.read(query, (page, failure) -> {
            if (attachment.isEnded()) {
                return;
            }
            if (failure != null) {
                unreadable();
            } else {
                then.accept(page);
            }
        });
    }

    private void unreadable() {
        attachment.fail(ErrorCode.OVERLOADED.info("the channel's log cannot be read at the moment; attach again"));
    }

    private void start(long startLsn, boolean resumed, List<Entry> firstPage, long next, Optional<ErrorInfo> error) {
        boolean hasPresence =
                attachment.wantsPresence() && !subscribed.members().isEmpty();
        attachment.start(
                new AttachOutcome(
                        subscribed,
                        startLsn,
                        resumed,
                        !firstPage.isEmpty() || subscribed.lastLsn() > startLsn,
                        hasPresence,
                        false,
                        error),
                firstPage,
                next);
    }
}
