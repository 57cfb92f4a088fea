package io.hark.cluster.link;

import io.hark.channel.Lifetime;
import io.hark.channel.StatePage;
import io.hark.channel.StateQuery;
import io.hark.channel.StateRow;
import io.hark.channel.StateValue;
import io.hark.channel.StatsUpdate;
import io.hark.slot.SlotRequest;
import io.hark.stats.Interval;
import io.hark.stats.StatsReport;
import io.hark.stats.StatsRetention;
import io.hark.stats.StatsRowCodec;
import io.hark.stats.Unit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Statistics as they are on a link, and back. Any thread.
final class StatsCodec {
    private StatsCodec() {}

    static Wire.Count encode(StatsUpdate update) {
        StatsReport report = update.report();
        Wire.Count.Builder out = Wire.Count.newBuilder()
                .setApp(update.app())
                .setMinuteMillis(report.minute().startMillis())
                .setSource(report.source())
                .setSeq(report.seq())
                .setRow(PeerMessageCodec.bytes(StatsRowCodec.encode(report.row())));
        for (Unit unit : Unit.values()) {
            out.addRetentionMillis(update.retention().of(unit).toMillis());
        }
        return out.build();
    }

    static StatsUpdate decode(Wire.Count in) throws MalformedPeerMessage {
        if (in.getRetentionMillisCount() != Unit.values().length) {
            throw new MalformedPeerMessage("a report has %d retentions".formatted(in.getRetentionMillisCount()));
        }
        List<Duration> kept =
                in.getRetentionMillisList().stream().map(Duration::ofMillis).toList();
        try {
            return new StatsUpdate(
                    in.getApp(),
                    new StatsReport(
                            Interval.of(Unit.MINUTE, in.getMinuteMillis()),
                            in.getSource(),
                            in.getSeq(),
                            StatsRowCodec.decode(in.getRow().toByteArray())),
                    new StatsRetention(kept.get(0), kept.get(1), kept.get(2), kept.get(3)));
        } catch (IllegalArgumentException malformed) {
            throw new MalformedPeerMessage(malformed.getMessage());
        }
    }

    static Wire.Stats encode(SlotRequest.Stats request) {
        StateQuery query = request.query();
        return Wire.Stats.newBuilder()
                .setApp(request.app())
                .setKind(query.kind().ordinal())
                .setFromKey(query.fromKey())
                .setThroughKey(query.throughKey())
                .setStartMillis(query.startMillis())
                .setEndMillis(query.endMillis())
                .setRowsMax(query.rowsMax())
                .build();
    }

    static SlotRequest.Stats decode(Wire.Stats in) throws MalformedPeerMessage {
        return new SlotRequest.Stats(
                in.getApp(),
                new StateQuery(
                        StatsUpdate.channel(in.getApp()).key(),
                        SlotStateCodec.kind(in.getKind()),
                        in.getFromKey(),
                        in.getThroughKey(),
                        in.getStartMillis(),
                        in.getEndMillis(),
                        in.getRowsMax()));
    }

    static Wire.StatsRows encode(StatePage page) {
        Wire.StatsRows.Builder out = Wire.StatsRows.newBuilder().setMore(page.more());
        for (StateRow row : page.rows()) {
            out.addRows(Wire.State.newBuilder()
                    .setKind(row.kind().ordinal())
                    .setKey(row.key())
                    .setMillis(row.lifetime().millis())
                    .setRetentionMillis(row.lifetime().retention().toMillis())
                    .setValue(PeerMessageCodec.bytes(row.value().bytes())));
        }
        return out.build();
    }

    static StatePage decode(Wire.StatsRows in) throws MalformedPeerMessage {
        List<StateRow> rows = new ArrayList<>(in.getRowsCount());
        for (Wire.State row : in.getRowsList()) {
            rows.add(new StateRow(
                    SlotStateCodec.kind(row.getKind()),
                    row.getKey(),
                    new Lifetime(row.getMillis(), Duration.ofMillis(row.getRetentionMillis())),
                    new StateValue(row.getValue().toByteArray())));
        }
        return new StatePage(rows, in.getMore());
    }
}
