package io.hark.cluster.link;

import com.google.protobuf.ByteString;
import io.hark.channel.ChannelId;
import io.hark.channel.ChannelKey;
import io.hark.channel.DamagedEntry;
import io.hark.channel.IdHash;
import io.hark.channel.Lifetime;
import io.hark.channel.MemberCodec;
import io.hark.channel.Occupancy;
import io.hark.channel.Origin;
import io.hark.channel.Receipt;
import io.hark.channel.SlotImage;
import io.hark.channel.SlotMeta;
import io.hark.channel.SlotRow;
import io.hark.channel.Slots;
import io.hark.channel.StateKind;
import io.hark.channel.StateRow;
import io.hark.channel.StateValue;
import io.hark.presence.Member;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// What a slot is made of, as it is on a link: meta, rows, names, numbers. Any thread.
final class SlotStateCodec {
    private static final StateKind[] STATE_KINDS = StateKind.values();

    private SlotStateCodec() {}

    static Wire.SlotMeta encode(SlotMeta meta) {
        Wire.SlotMeta.Builder out = Wire.SlotMeta.newBuilder()
                .setSlot(meta.slot())
                .setLineage(meta.lineage())
                .setLastLsn(meta.lastLsn())
                .setOseq(meta.oseq())
                .setHlc(meta.hlc());
        for (SlotMeta.EpochStart epoch : meta.epochs()) {
            out.addEpochs(Wire.EpochStart.newBuilder().setEpoch(epoch.epoch()).setStartLsn(epoch.startLsn()));
        }
        for (SlotMeta.LineageEnd end : meta.ended()) {
            out.addEnded(Wire.LineageEnd.newBuilder().setLineage(end.lineage()).setEndLsn(end.endLsn()));
        }
        return out.build();
    }

    static SlotMeta decode(Wire.SlotMeta in) {
        List<SlotMeta.EpochStart> epochs = new ArrayList<>(in.getEpochsCount());
        for (Wire.EpochStart epoch : in.getEpochsList()) {
            epochs.add(new SlotMeta.EpochStart(epoch.getEpoch(), epoch.getStartLsn()));
        }
        List<SlotMeta.LineageEnd> ended = new ArrayList<>(in.getEndedCount());
        for (Wire.LineageEnd end : in.getEndedList()) {
            ended.add(new SlotMeta.LineageEnd(end.getLineage(), end.getEndLsn()));
        }
        return new SlotMeta(
                slot(in.getSlot()), epochs, in.getLineage(), ended, in.getLastLsn(), in.getOseq(), in.getHlc());
    }

    static Wire.SlotImage encode(SlotImage image) {
        Wire.SlotImage.Builder out = Wire.SlotImage.newBuilder()
                .setTrimmedLsn(image.trimmedLsn())
                .setNext(PeerMessageCodec.bytes(image.next()));
        for (SlotRow row : image.rows()) {
            out.addRows(encode(row));
        }
        return out.build();
    }

    static SlotImage decode(Wire.SlotImage in) throws DamagedEntry, MalformedPeerMessage {
        List<SlotRow> rows = new ArrayList<>(in.getRowsCount());
        for (Wire.SlotRow row : in.getRowsList()) {
            rows.add(decode(row));
        }
        return new SlotImage(rows, in.getTrimmedLsn(), in.getNext().toByteArray());
    }

    private static Wire.SlotRow encode(SlotRow row) {
        Wire.SlotRow.Builder out = Wire.SlotRow.newBuilder();
        switch (row) {
            case SlotRow.Published(var channel, var id, var receipt) ->
                out.setPublished(Wire.Published.newBuilder()
                        .setChannel(encode(channel))
                        .setId(encode(id))
                        .setReceipt(encode(receipt)));
            case SlotRow.Place(var channel, long lastLsn, long millis) ->
                out.setPlace(Wire.Place.newBuilder()
                        .setChannel(encode(channel))
                        .setLastLsn(lastLsn)
                        .setMillis(millis));
            case SlotRow.State(var channel, var state) ->
                out.setState(Wire.State.newBuilder()
                        .setChannel(encode(channel))
                        .setKind(state.kind().ordinal())
                        .setKey(state.key())
                        .setMillis(state.lifetime().millis())
                        .setRetentionMillis(state.lifetime().retention().toMillis())
                        .setValue(PeerMessageCodec.bytes(state.value().bytes())));
        }
        return out.build();
    }

    private static SlotRow decode(Wire.SlotRow row) throws DamagedEntry, MalformedPeerMessage {
        return switch (row.getRowCase()) {
            case PUBLISHED -> {
                Wire.Published in = row.getPublished();
                yield new SlotRow.Published(decode(in.getChannel()), decode(in.getId()), decode(in.getReceipt()));
            }
            case PLACE -> {
                Wire.Place in = row.getPlace();
                yield new SlotRow.Place(decode(in.getChannel()), in.getLastLsn(), in.getMillis());
            }
            case STATE -> {
                Wire.State in = row.getState();
                Lifetime lifetime = new Lifetime(in.getMillis(), Duration.ofMillis(in.getRetentionMillis()));
                StateValue value = new StateValue(in.getValue().toByteArray());
                yield new SlotRow.State(
                        decode(in.getChannel()), new StateRow(kind(in.getKind()), in.getKey(), lifetime, value));
            }
            case ROW_NOT_SET -> throw new MalformedPeerMessage("a row of an image is of no known kind");
        };
    }

    static StateKind kind(int number) throws MalformedPeerMessage {
        if (number < 0 || number >= STATE_KINDS.length) {
            throw new MalformedPeerMessage("a row of state is of kind %d, which is not known".formatted(number));
        }
        return STATE_KINDS[number];
    }

    static Wire.ChannelId encode(ChannelId channel) {
        return Wire.ChannelId.newBuilder()
                .setApp(channel.app())
                .setName(channel.name())
                .build();
    }

    /// With its hash computed anew, so that it is the one of the name.
    static ChannelId decode(Wire.ChannelId in) {
        return ChannelId.of(in.getApp(), in.getName());
    }

    static Wire.ChannelKey encode(ChannelKey key) {
        return Wire.ChannelKey.newBuilder()
                .setSlot(key.slot())
                .setHigh(key.high())
                .setLow(key.low())
                .build();
    }

    static ChannelKey decode(Wire.ChannelKey in) {
        return new ChannelKey(slot(in.getSlot()), in.getHigh(), in.getLow());
    }

    static Wire.IdHash encode(IdHash id) {
        return Wire.IdHash.newBuilder().setHigh(id.high()).setLow(id.low()).build();
    }

    static IdHash decode(Wire.IdHash in) {
        return new IdHash(in.getHigh(), in.getLow());
    }

    static Wire.Receipt encode(Receipt receipt) {
        return Wire.Receipt.newBuilder()
                .setLsn(receipt.lsn())
                .setHlc(receipt.hlc())
                .setOrigin(encode(receipt.origin()))
                .setOseq(receipt.oseq())
                .setCount(receipt.count())
                .build();
    }

    static Receipt decode(Wire.Receipt in) {
        return new Receipt(in.getLsn(), in.getHlc(), decode(in.getOrigin()), in.getOseq(), in.getCount());
    }

    static Wire.Origin encode(Origin origin) {
        return Wire.Origin.newBuilder()
                .setRegion(origin.region())
                .setLineage(origin.lineage())
                .build();
    }

    static Origin decode(Wire.Origin in) {
        return new Origin(in.getRegion(), in.getLineage());
    }

    static Wire.Occupancy encode(Occupancy occupancy) {
        return Wire.Occupancy.newBuilder()
                .setConnections(occupancy.connections())
                .setPublishers(occupancy.publishers())
                .setSubscribers(occupancy.subscribers())
                .setPresenceConnections(occupancy.presenceConnections())
                .setPresenceSubscribers(occupancy.presenceSubscribers())
                .setObjectPublishers(occupancy.objectPublishers())
                .setObjectSubscribers(occupancy.objectSubscribers())
                .setWatchers(occupancy.watchers())
                .build();
    }

    static Occupancy decode(Wire.Occupancy in) {
        return new Occupancy(
                in.getConnections(),
                in.getPublishers(),
                in.getSubscribers(),
                in.getPresenceConnections(),
                in.getPresenceSubscribers(),
                in.getObjectPublishers(),
                in.getObjectSubscribers(),
                in.getWatchers());
    }

    static List<ByteString> encode(List<Member> members) {
        List<ByteString> out = new ArrayList<>(members.size());
        for (Member member : members) {
            out.add(encode(member));
        }
        return out;
    }

    static List<Member> decode(List<ByteString> members) throws DamagedEntry {
        List<Member> out = new ArrayList<>(members.size());
        for (ByteString member : members) {
            out.add(MemberCodec.decode(member.toByteArray()));
        }
        return List.copyOf(out);
    }

    private static ByteString encode(Member member) {
        return PeerMessageCodec.bytes(MemberCodec.encode(member));
    }

    /// @throws IllegalArgumentException there is no such slot; whoever gets the message uses it as an index
    static int slot(int slot) {
        if (slot < 0 || slot >= Slots.COUNT) {
            throw new IllegalArgumentException("slot must be 0 to %d, was %d".formatted(Slots.COUNT - 1, slot));
        }
        return slot;
    }
}
