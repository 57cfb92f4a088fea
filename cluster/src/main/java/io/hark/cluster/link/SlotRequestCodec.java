package io.hark.cluster.link;

import io.hark.channel.ChannelPolicy;
import io.hark.channel.Claim;
import io.hark.channel.Durability;
import io.hark.channel.EntryForm;
import io.hark.channel.EntryKind;
import io.hark.channel.HistoryQuery;
import io.hark.channel.MembersWanted;
import io.hark.channel.PresenceUpdate;
import io.hark.protocol.BodyCodec;
import io.hark.protocol.MalformedFrame;
import io.hark.protocol.PresenceBatch;
import io.hark.slot.SlotRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// [SlotRequest] as it is on a link, and back. Any thread.
final class SlotRequestCodec {
    private static final EntryKind[] KINDS = EntryKind.values();

    private SlotRequestCodec() {}

    static Wire.SlotRequest encode(SlotRequest request) {
        Wire.SlotRequest.Builder out = Wire.SlotRequest.newBuilder();
        switch (request) {
            case SlotRequest.Publish(var publish) -> out.setPublish(PublishCodec.encode(publish));
            case SlotRequest.Presence(var update) -> out.setPresence(presence(update));
            case SlotRequest.Leave(var channel, var claim, var policy) ->
                out.setLeave(Wire.Leave.newBuilder()
                        .setChannel(SlotStateCodec.encode(channel))
                        .setClaim(claim(claim))
                        .setPolicy(policy(policy)));
            case SlotRequest.Subscribe subscribe -> out.setSubscribe(subscribe(subscribe));
            case SlotRequest.Status(var channel) -> out.setStatus(SlotStateCodec.encode(channel));
            case SlotRequest.Read(var query) -> out.setRead(read(query));
            case SlotRequest.Look(var query) -> out.setLook(LookCodec.encode(query));
            case SlotRequest.Count(var update) -> out.setCount(StatsCodec.encode(update));
            case SlotRequest.Stats stats -> out.setStats(StatsCodec.encode(stats));
            case SlotRequest.ChangeRows(var change) ->
                out.setChangeRows(RowsCodec.encode(change, policy(change.policy())));
            case SlotRequest.ReadRows(var read) -> out.setReadRows(RowsCodec.encode(read));
            case SlotRequest.Unsubscribe(var channel) -> out.setUnsubscribe(SlotStateCodec.encode(channel));
            case SlotRequest.Occupy(var channel, var occupancy) ->
                out.setOccupy(Wire.Occupy.newBuilder()
                        .setChannel(SlotStateCodec.encode(channel))
                        .setOccupancy(SlotStateCodec.encode(occupancy)));
            case SlotRequest.Objects(var update) -> out.setObjects(ObjectsCodec.encode(update));
            case SlotRequest.ReadObjects(var query) -> out.setReadObjects(ObjectsCodec.encode(query));
            case SlotRequest.Lost(var channel, var claim, var policy, long graceMillis) ->
                out.setLost(Wire.Lost.newBuilder()
                        .setChannel(SlotStateCodec.encode(channel))
                        .setClaim(claim(claim))
                        .setPolicy(policy(policy))
                        .setGraceMillis(graceMillis));
        }
        return out.build();
    }

    static SlotRequest decode(Wire.SlotRequest request) throws MalformedFrame, MalformedPeerMessage {
        return switch (request.getRequestCase()) {
            case PUBLISH -> new SlotRequest.Publish(PublishCodec.decode(request.getPublish()));
            case PRESENCE -> new SlotRequest.Presence(presence(request.getPresence()));
            case LEAVE -> {
                Wire.Leave in = request.getLeave();
                yield new SlotRequest.Leave(
                        SlotStateCodec.decode(in.getChannel()), claim(in.getClaim()), policy(in.getPolicy()));
            }
            case SUBSCRIBE -> subscribe(request.getSubscribe());
            case STATUS -> new SlotRequest.Status(SlotStateCodec.decode(request.getStatus()));
            case READ -> new SlotRequest.Read(read(request.getRead()));
            case LOOK -> new SlotRequest.Look(LookCodec.decode(request.getLook()));
            case COUNT -> new SlotRequest.Count(StatsCodec.decode(request.getCount()));
            case STATS -> StatsCodec.decode(request.getStats());
            case CHANGE_ROWS ->
                new SlotRequest.ChangeRows(RowsCodec.decode(
                        request.getChangeRows(), policy(request.getChangeRows().getPolicy())));
            case READ_ROWS -> new SlotRequest.ReadRows(RowsCodec.decode(request.getReadRows()));
            case UNSUBSCRIBE -> new SlotRequest.Unsubscribe(SlotStateCodec.decode(request.getUnsubscribe()));
            case OCCUPY -> {
                Wire.Occupy in = request.getOccupy();
                yield new SlotRequest.Occupy(
                        SlotStateCodec.decode(in.getChannel()), SlotStateCodec.decode(in.getOccupancy()));
            }
            case LOST -> {
                Wire.Lost in = request.getLost();
                yield new SlotRequest.Lost(
                        SlotStateCodec.decode(in.getChannel()),
                        claim(in.getClaim()),
                        policy(in.getPolicy()),
                        in.getGraceMillis());
            }
            case OBJECTS -> new SlotRequest.Objects(ObjectsCodec.decode(request.getObjects()));
            case READ_OBJECTS -> new SlotRequest.ReadObjects(ObjectsCodec.decode(request.getReadObjects()));
            case REQUEST_NOT_SET -> throw new MalformedPeerMessage("a request is of no known kind");
        };
    }

    private static Wire.Presence presence(PresenceUpdate update) {
        byte[] events = BodyCodec.encode(new PresenceBatch("", Optional.empty(), 0, update.events()));
        return Wire.Presence.newBuilder()
                .setChannel(SlotStateCodec.encode(update.channel()))
                .setConnectionId(update.connectionId())
                .setGeneration(update.generation())
                .setFrameId(update.frameId())
                .setEvents(PeerMessageCodec.bytes(events))
                .setPolicy(policy(update.policy()))
                .setMembersMax(update.membersMax())
                .setMayRepeat(update.mayRepeat())
                .build();
    }

    private static PresenceUpdate presence(Wire.Presence in) throws MalformedFrame {
        return new PresenceUpdate(
                SlotStateCodec.decode(in.getChannel()),
                in.getConnectionId(),
                in.getGeneration(),
                in.getFrameId(),
                BodyCodec.decodePresence(in.getEvents().toByteArray()).presence(),
                in.getMayRepeat(),
                policy(in.getPolicy()),
                in.getMembersMax());
    }

    private static Wire.Subscribe subscribe(SlotRequest.Subscribe subscribe) {
        Wire.Subscribe.Builder out = Wire.Subscribe.newBuilder()
                .setChannel(SlotStateCodec.encode(subscribe.channel()))
                .setWithMembers(subscribe.members().wanted())
                .setKnownLineage(subscribe.members().lineage())
                .setKnownLsn(subscribe.members().lsn())
                .setSure(subscribe.sure());
        for (Claim claim : subscribe.claims()) {
            out.addClaims(claim(claim));
        }
        return out.build();
    }

    private static SlotRequest.Subscribe subscribe(Wire.Subscribe in) {
        List<Claim> claims = new ArrayList<>(in.getClaimsCount());
        for (Wire.Claim claim : in.getClaimsList()) {
            claims.add(claim(claim));
        }
        return new SlotRequest.Subscribe(
                SlotStateCodec.decode(in.getChannel()),
                claims,
                new MembersWanted(in.getWithMembers(), in.getKnownLineage(), in.getKnownLsn()),
                in.getSure());
    }

    private static Wire.Read read(HistoryQuery query) {
        Wire.Read.Builder out = Wire.Read.newBuilder()
                .setChannel(SlotStateCodec.encode(query.channel()))
                .setAfterLsn(query.afterLsn())
                .setUpToLsn(query.upToLsn())
                .setStartMillis(query.startMillis())
                .setEndMillis(query.endMillis())
                .setBackwards(query.backwards())
                .setEntriesMax(query.entriesMax())
                .setBytesMax(query.bytesMax())
                .setLatestAsOf(query.form().latestAsOf())
                .setWholeThrough(query.form().wholeThrough())
                .setOrLast(query.orLast());
        for (EntryKind kind : query.kinds()) {
            out.addKinds(kind.ordinal());
        }
        return out.build();
    }

    private static HistoryQuery read(Wire.Read in) throws MalformedPeerMessage {
        Set<EntryKind> kinds = EnumSet.noneOf(EntryKind.class);
        for (int kind : in.getKindsList()) {
            if (kind < 0 || kind >= KINDS.length) {
                throw new MalformedPeerMessage("a read asks for entries of unknown kind " + kind);
            }
            kinds.add(KINDS[kind]);
        }
        if (in.getEntriesMax() < 1) {
            throw new MalformedPeerMessage("a read asks for %d entries".formatted(in.getEntriesMax()));
        }
        return new HistoryQuery(
                SlotStateCodec.decode(in.getChannel()),
                in.getAfterLsn(),
                in.getUpToLsn(),
                in.getStartMillis(),
                in.getEndMillis(),
                in.getBackwards(),
                kinds,
                in.getEntriesMax(),
                in.getBytesMax(),
                new EntryForm(in.getLatestAsOf(), in.getWholeThrough()),
                in.getOrLast());
    }

    static Wire.Claim claim(Claim claim) {
        return Wire.Claim.newBuilder()
                .setConnectionId(claim.connectionId())
                .setGeneration(claim.generation())
                .build();
    }

    static Claim claim(Wire.Claim in) {
        return new Claim(in.getConnectionId(), in.getGeneration());
    }

    static Wire.ChannelPolicy policy(ChannelPolicy policy) {
        return Wire.ChannelPolicy.newBuilder()
                .setFsync(policy.durability() == Durability.FSYNC)
                .setRetentionMillis(policy.retention().toMillis())
                .setKeepsLast(policy.keepsLast())
                .build();
    }

    static ChannelPolicy policy(Wire.ChannelPolicy in) {
        return new ChannelPolicy(
                in.getFsync() ? Durability.FSYNC : Durability.REPLICATED,
                Duration.ofMillis(in.getRetentionMillis()),
                in.getKeepsLast());
    }
}
