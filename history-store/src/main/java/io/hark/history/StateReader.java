package io.hark.history;

import io.hark.channel.ChannelId;
import io.hark.channel.ChannelImage;
import io.hark.channel.ChannelKey;
import io.hark.channel.DamagedEntry;
import io.hark.channel.Lifetime;
import io.hark.channel.MemberCodec;
import io.hark.channel.StateKind;
import io.hark.channel.StatePage;
import io.hark.channel.StateQuery;
import io.hark.channel.StateRow;
import io.hark.presence.Member;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/// Blocking: reads rows of channels' state. Any thread.
final class StateReader {
    private final Database database;
    private final Retention retention;

    StateReader(Database database, Retention retention) {
        this.database = database;
        this.retention = retention;
    }

    StatePage page(StateQuery query) throws RocksDBException, DamagedEntry {
        List<StateScan> scans = new ArrayList<>(1);
        try {
            if (query.kind().isLasting()) {
                scans.add(new StateScan(database, query, new long[] {Segment.NONE}));
            } else {
                for (RetentionClass each : retention.classes()) {
                    long[] segments = Arrays.stream(retention.state.of(each.id()))
                            .filter(segment -> each.overlaps(segment, query.startMillis(), query.endMillis()))
                            .toArray();
                    if (segments.length > 0) {
                        scans.add(new StateScan(database, query, segments));
                    }
                }
            }
            return page(query, scans);
        } finally {
            scans.forEach(StateScan::close);
        }
    }

    private StatePage page(StateQuery query, List<StateScan> scans) throws RocksDBException, DamagedEntry {
        List<StateRow> rows = new ArrayList<>();
        while (true) {
            StateScan next = null;
            for (StateScan scan : scans) {
                if (!scan.atEnd() && (next == null || scan.isBefore(next))) {
                    next = scan;
                }
            }
            if (next == null) {
                return new StatePage(rows, false);
            }
            if (rows.size() >= query.rowsMax()) {
                return new StatePage(rows, true);
            }
            rows.add(new StateRow(
                    query.kind(),
                    Rows.stateKey(next.key()),
                    lifetime(retention, next.segment()),
                    Rows.stateValue(next.value())));
            next.advance();
        }
    }

    /// The lifetime of rows in that segment: it begins when the segment does.
    static Lifetime lifetime(Retention retention, long segment) {
        if (segment == Segment.NONE) {
            return Lifetime.LASTING;
        }
        RetentionClass ofSegment = retention.byId(Segment.classId(segment));
        return new Lifetime(ofSegment.startMillis(segment), ofSegment.retention());
    }

    List<Member> members(ChannelKey channel) throws RocksDBException, DamagedEntry {
        List<Member> members = new ArrayList<>();
        try (RocksIterator rows = database.prefixScan(Table.STATE)) {
            for (rows.seek(Rows.stateKey(Segment.NONE, channel, StateKind.PRESENCE, "")); rows.isValid(); rows.next()) {
                members.add(MemberCodec.decode(Rows.stateValue(rows.value()).bytes()));
            }
            rows.status();
        }
        return members;
    }

    List<String> dueSummaries(ChannelKey channel) throws RocksDBException, DamagedEntry {
        StateQuery all = StateQuery.startingWith(channel, StateKind.SUMMARY_DUE, "", ChannelImage.DUE_MAX);
        return page(all).rows().stream().map(StateRow::key).toList();
    }

    List<ChannelId> channelsWith(StateKind kind, int slot) throws RocksDBException, DamagedEntry {
        List<ChannelId> channels = new ArrayList<>();
        byte[] begin = Rows.stateKindKey(Segment.NONE, slot, kind);
        try (RocksIterator rows = database.fullScan(Table.STATE)) {
            rows.seek(begin);
            while (rows.isValid() && Bytes.startsWith(rows.key(), begin)) {
                channels.add(Rows.stateChannel(rows.key(), rows.value()));
                rows.seek(Rows.afterPrefix(rows.key(), Table.STATE_KEY));
            }
            rows.status();
        }
        return channels;
    }
}
