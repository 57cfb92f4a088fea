package io.hark.slot;

import io.hark.channel.LogPage;
import io.hark.channel.LogRecord;
import io.hark.channel.SlotImage;
import io.hark.channel.SlotMeta;
import io.hark.slot.Follower.Installing;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.IntSupplier;
import java.util.function.Predicate;

/// Confined: brings the other holders of a slot to where the owner's log ends: finds out where theirs
/// part from it, sends what follows from memory, from the disk to one that is further behind, and
/// everything anew to one that lacks what has expired.
final class LogShipper {
    private static final int MESSAGE_BYTES_MAX = 256 << 10;

    private final SlotReplica replica;
    private final int epoch;
    private final ReplicaEffects effects;
    private final SlotConfig config;

    /// Nodes that may become owner.
    private final Predicate<String> counts;

    private final IntSupplier version;

    /// The newest records, without gaps up to the end of the log.
    private final RecordTail tail = new RecordTail();

    private long committedLsn;
    private boolean ended;
    private int rounds;

    /// @param counts  nodes that may become owner, and so must keep what they have
    /// @param version of the assignment that the owner knows
    LogShipper(
            SlotReplica replica,
            int epoch,
            ReplicaEffects effects,
            SlotConfig config,
            Predicate<String> counts,
            IntSupplier version) {
        this.replica = replica;
        this.epoch = epoch;
        this.effects = effects;
        this.config = config;
        this.counts = counts;
        this.version = version;
    }

    /// Nothing that is still being read is sent any more.
    void end() {
        ended = true;
    }

    /// @return bytes of the records that this commits
    long committed(long lsn) {
        long bytes = tail.bytesBetween(committedLsn, lsn);
        committedLsn = lsn;
        return bytes;
    }

    /// An own entry.
    void appended(LogRecord record) {
        tail.add(record);
    }

    /// Asks whether the logs are the same up to the end of this one.
    void probe(Follower follower, long nowMillis) {
        follower.attempt++;
        follower.probedMillis = nowMillis;
        // What it had before the session broke it may have lost with its life.
        follower.confirmed = -1;
        follower.matched = false;
        follower.unfit = false;
        follower.beginsAnew = false;
        follower.sentFrom = 0;
        follower.sparseUpTo = 0;
        follower.catchingUp = false;
        follower.installing = Optional.empty();
        follower.sentUpTo(replica.meta().lastLsn(), replica.meta());
        sendAppend(follower, List.of(), false);
    }

    private void sendAppend(Follower follower, List<LogRecord> records, boolean sparse) {
        effects.send(
                follower.node,
                new PeerMessage.Append(
                        replica.slot(),
                        epoch,
                        version.getAsInt(),
                        follower.sent,
                        follower.sentEpoch,
                        committedLsn,
                        sparse,
                        // What one that has expired changed afterwards must not be changed back.
                        follower.sparseUpTo,
                        records));
    }

    /// What every replica has need not be kept; for one that is far behind the disk is read.
    void trimTail(Collection<Follower> followers) {
        long needed = Long.MAX_VALUE;
        for (Follower follower : followers) {
            if (effects.isUp(follower.node)) {
                needed = Math.min(needed, follower.confirmed);
            }
        }
        while (!tail.isEmpty()
                && tail.firstLsn() <= committedLsn
                && (tail.firstLsn() <= needed || tail.bytes() > config.tailBytesMax())) {
            tail.dropFirst();
        }
    }

    void pump(Follower follower) {
        long last = replica.meta().lastLsn();
        if (!follower.matched || follower.catchingUp || follower.sent >= last) {
            return;
        }
        if (tail.isEmpty() || tail.firstLsn() > follower.sent + 1) {
            readFor(follower);
        } else {
            sendTail(follower);
        }
    }

    private void sendTail(Follower follower) {
        List<LogRecord> records = new ArrayList<>();
        long lsn = Math.max(follower.sent + 1, tail.firstLsn());
        long from = Math.max(follower.confirmed, follower.sentFrom);
        while (lsn <= tail.lastLsn() && tail.bytesBetween(from, lsn - 1) <= config.windowBytes()) {
            records.add(tail.get(lsn++));
        }
        send(follower, records);
    }

    private void send(Follower follower, List<LogRecord> records) {
        int from = 0;
        while (from < records.size()) {
            int to = from;
            int bytes = 0;
            while (to < records.size() && (to == from || bytes < MESSAGE_BYTES_MAX)) {
                bytes += records.get(to++).size();
            }
            sendAppend(follower, records.subList(from, to), follower.sent < follower.sparseUpTo);
            follower.sent = records.get(to - 1).lsn();
            follower.sentEpoch = records.get(to - 1).head().epoch();
            from = to;
        }
    }

    /// The follower is behind what memory holds: one page from the disk, the next once it is confirmed.
    private void readFor(Follower follower) {
        follower.catchingUp = true;
        long after = follower.sent;
        int attempt = follower.attempt;
        boolean isOnDisk = after < replica.durableLsn();
        effects.readLog(replica.slot(), after, (page, failure) -> {
            if (ended || follower.attempt != attempt) {
                return;
            }
            follower.catchingUp = false;
            if (failure != null || page.records().isEmpty() && !isOnDisk) {
                return; // A tick asks again.
            }
            if (!page.records().isEmpty() && follows(follower, page)) {
                send(follower, page.records());
            } else if (page.records().isEmpty()
                    && follower.sparseUpTo > 0
                    && follower.sparseUpTo >= replica.meta().lastLsn()) {
                installEnd(follower);
            } else if (page.records().isEmpty() && !tail.isEmpty() && tail.firstLsn() <= follower.sparseUpTo + 1) {
                sendTail(follower);
            } else if (follower.sparseUpTo > 0) {
                follower.matched = false; // New entries expire faster than they get there: a tick begins again.
            } else {
                install(follower);
            }
        });
    }

    /// Whether the follower lacks nothing that the rows do not hold which it began anew with.
    private static boolean follows(Follower follower, LogPage page) {
        long at = Math.max(follower.sent, follower.sparseUpTo);
        for (LogRecord record : page.records()) {
            if (record.lsn() > follower.sparseUpTo && record.lsn() != ++at) {
                return false;
            }
        }
        return true;
    }

    /// Entries that the follower lacks have expired: it begins anew with what this node knows beside its
    /// records, then gets the records that there still are. Until it is done it has less than it had: it
    /// waits until it cannot become owner meanwhile.
    void install(Follower follower) {
        follower.unfit = counts.test(follower.node);
        if (follower.unfit) {
            follower.matched = false;
            return;
        }
        SlotMeta meta = replica.meta();
        follower.attempt++;
        // It gives up what it has: what it says of that until it is through does not count.
        follower.beginsAnew = true;
        follower.round = ++rounds;
        follower.installing = Optional.empty();
        follower.confirmed = -1;
        follower.matched = false;
        // What is not on the disk yet is not among the rows.
        follower.sparseUpTo = replica.durableLsn();
        follower.pages = 0;
        effects.readLog(replica.slot(), 0, withAttempt(follower, (LogPage page, Throwable failure) -> {
            boolean isEmpty = failure == null && page.records().isEmpty();
            if (isEmpty && follower.sparseUpTo < meta.lastLsn()) {
                follower.catchingUp = false;
                follower.matched = false; // What comes next is on its way to the disk: a tick begins again.
            } else if (failure == null) {
                SlotMeta base = page.records().isEmpty()
                        ? meta
                        : meta.before(page.records().getFirst().head());
                installPage(follower, Installing.first(base));
            }
        }));
        follower.catchingUp = true;
    }

    /// The follower has begun anew and has all records that there are; what comes after them has expired.
    private void installEnd(Follower follower) {
        SlotMeta meta = replica.meta();
        follower.attempt++;
        follower.catchingUp = true;
        follower.installing = Optional.of(new Installing(follower.pages, meta, SlotImage.START));
        SlotImage nothing = new SlotImage(List.of(), 0, SlotImage.START);
        effects.send(
                follower.node,
                new PeerMessage.Install(
                        replica.slot(), epoch, version.getAsInt(), follower.round, follower.pages, nothing, meta));
    }

    private <T> BiConsumer<T, Throwable> withAttempt(Follower follower, BiConsumer<T, Throwable> step) {
        int attempt = follower.attempt;
        return (value, failure) -> {
            if (!ended && follower.attempt == attempt) {
                if (failure != null) {
                    // It has not got all rows: records with gaps must not follow.
                    follower.catchingUp = false;
                    follower.sparseUpTo = 0;
                    follower.installing = Optional.empty();
                }
                step.accept(value, failure);
            }
        };
    }

    private void installPage(Follower follower, Installing installing) {
        follower.installing = Optional.of(installing);
        effects.readImage(
                replica.slot(), installing.next(), withAttempt(follower, (SlotImage image, Throwable failure) -> {
                    if (failure == null) {
                        follower.installing = Optional.of(installing.then(image.next()));
                        follower.imageLsn = replica.meta().lastLsn();
                        SlotMeta meta = image.isLast() ? installing.base() : SlotMeta.empty(replica.slot());
                        effects.send(
                                follower.node,
                                new PeerMessage.Install(
                                        replica.slot(),
                                        epoch,
                                        version.getAsInt(),
                                        follower.round,
                                        installing.page(),
                                        image,
                                        meta));
                    }
                }));
    }

    void installed(Follower follower, PeerMessage.Installed message, long nowMillis) {
        Installing installing = follower.installing.orElse(null);
        if (installing == null || message.round() != follower.round || message.page() != installing.page()) {
            return;
        }
        follower.progressMillis = nowMillis;
        follower.pages = installing.page() + 1;
        if (installing.next().length > 0) {
            installPage(follower, installing.nextPage());
            return;
        }
        follower.installing = Optional.empty();
        follower.catchingUp = false;
        follower.beginsAnew = false;
        follower.matched = true;
        follower.sentUpTo(installing.base().lastLsn(), installing.base());
        follower.confirmed = follower.sent;
        effects.pumpLater(replica);
    }

    /// The follower's log is not this one's: goes back to where they part.
    void mismatch(Follower follower, SlotMeta theirs, long nowMillis) {
        if (follower.installing.isPresent() || follower.beginsAnew) {
            return;
        }
        follower.attempt++;
        follower.catchingUp = false;
        long fork = replica.meta().forkWith(theirs);
        if (fork == 0 && (theirs.lastLsn() > 0 || !counts.test(follower.node))) {
            install(follower); // One that has nothing may have begun anew before and not come to its end.
            return;
        }
        if (follower.confirmed > fork) {
            probe(follower, nowMillis); // Overtaken by a later message, or it has lost what it had.
            return;
        }
        follower.progressMillis = nowMillis;
        follower.sparseUpTo = 0;
        follower.sentUpTo(fork, replica.meta());
        follower.sentFrom = fork;
        follower.matched = true;
        if (follower.sent >= replica.meta().lastLsn()) {
            sendAppend(follower, List.of(), false);
        } else {
            effects.pumpLater(replica);
        }
    }
}
