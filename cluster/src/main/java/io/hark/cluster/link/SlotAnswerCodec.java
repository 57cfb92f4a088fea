package io.hark.cluster.link;

import com.google.protobuf.ByteString;
import io.hark.channel.ChannelStatus;
import io.hark.channel.DamagedEntry;
import io.hark.channel.PublishResult;
import io.hark.channel.Subscribed;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.MalformedFrame;
import io.hark.slot.SlotAnswer;
import java.util.ArrayList;
import java.util.List;

/// [SlotAnswer] as it is on a link, and back. Any thread.
final class SlotAnswerCodec {
    private SlotAnswerCodec() {}

    static Wire.SlotAnswer encode(SlotAnswer answer) {
        Wire.SlotAnswer.Builder out = Wire.SlotAnswer.newBuilder();
        switch (answer) {
            case SlotAnswer.Published(var result) -> out.setPublished(result(result));
            case SlotAnswer.Subscribed(var subscribed) -> out.setSubscribed(subscribed(subscribed));
            case SlotAnswer.Status(var status) -> out.setStatus(status(status));
            case SlotAnswer.Page(var entries, boolean more) -> {
                Wire.Page.Builder page = Wire.Page.newBuilder().setMore(more);
                for (byte[] entry : entries) {
                    page.addEntries(PeerMessageCodec.bytes(entry));
                }
                out.setPage(page);
            }
            case SlotAnswer.Details(var details) -> out.setDetails(LookCodec.encode(details));
            case SlotAnswer.Objects(var page) -> out.setObjects(ObjectsCodec.encode(page));
            case SlotAnswer.StatsRows(var page) -> out.setStatsRows(StatsCodec.encode(page));
            case SlotAnswer.RowsChanged(var result) -> out.setRowsChanged(RowsCodec.encode(result));
            case SlotAnswer.Rows(var page) -> out.setRows(RowsCodec.encode(page));
            case SlotAnswer.Refused(var error) -> out.setRefused(error(error));
        }
        return out.build();
    }

    static SlotAnswer decode(Wire.SlotAnswer answer) throws DamagedEntry, MalformedFrame, MalformedPeerMessage {
        return switch (answer.getAnswerCase()) {
            case PUBLISHED -> new SlotAnswer.Published(result(answer.getPublished()));
            case SUBSCRIBED -> new SlotAnswer.Subscribed(subscribed(answer.getSubscribed()));
            case STATUS -> new SlotAnswer.Status(status(answer.getStatus()));
            case PAGE -> {
                Wire.Page in = answer.getPage();
                List<byte[]> entries = new ArrayList<>(in.getEntriesCount());
                for (ByteString entry : in.getEntriesList()) {
                    entries.add(entry.toByteArray());
                }
                yield new SlotAnswer.Page(entries, in.getMore());
            }
            case DETAILS -> new SlotAnswer.Details(LookCodec.decode(answer.getDetails()));
            case OBJECTS -> new SlotAnswer.Objects(ObjectsCodec.decode(answer.getObjects()));
            case STATS_ROWS -> new SlotAnswer.StatsRows(StatsCodec.decode(answer.getStatsRows()));
            case ROWS_CHANGED -> new SlotAnswer.RowsChanged(RowsCodec.decode(answer.getRowsChanged()));
            case ROWS -> new SlotAnswer.Rows(RowsCodec.decode(answer.getRows()));
            case REFUSED -> new SlotAnswer.Refused(error(answer.getRefused()));
            case ANSWER_NOT_SET -> throw new MalformedPeerMessage("an answer is of no known kind");
        };
    }

    private static Wire.PublishResult result(PublishResult result) {
        Wire.PublishResult.Builder out = Wire.PublishResult.newBuilder();
        switch (result) {
            case PublishResult.Stored(var receipt) -> out.setStored(SlotStateCodec.encode(receipt));
            case PublishResult.Accepted(var serials) ->
                out.setAccepted(Wire.Serials.newBuilder().addAllSerials(serials));
            case PublishResult.Refused(var error) -> out.setRefused(error(error));
        }
        return out.build();
    }

    private static PublishResult result(Wire.PublishResult result) throws MalformedPeerMessage {
        return switch (result.getResultCase()) {
            case STORED -> new PublishResult.Stored(SlotStateCodec.decode(result.getStored()));
            case ACCEPTED ->
                new PublishResult.Accepted(List.copyOf(result.getAccepted().getSerialsList()));
            case REFUSED -> new PublishResult.Refused(error(result.getRefused()));
            case RESULT_NOT_SET -> throw new MalformedPeerMessage("the result of a publish is of no known kind");
        };
    }

    private static Wire.Subscribed subscribed(Subscribed subscribed) {
        return Wire.Subscribed.newBuilder()
                .setMeta(SlotStateCodec.encode(subscribed.meta()))
                .setOrigin(SlotStateCodec.encode(subscribed.origin()))
                .setOseq(subscribed.oseq())
                .setCommittedLsn(subscribed.committedLsn())
                .setLastLsn(subscribed.lastLsn())
                .setMembersLsn(subscribed.membersLsn())
                .setMembersKnown(subscribed.membersKnown())
                .addAllMembers(SlotStateCodec.encode(subscribed.members()))
                .build();
    }

    private static Subscribed subscribed(Wire.Subscribed in) throws DamagedEntry {
        return new Subscribed(
                SlotStateCodec.decode(in.getMeta()),
                SlotStateCodec.decode(in.getOrigin()),
                in.getOseq(),
                in.getCommittedLsn(),
                in.getLastLsn(),
                in.getMembersLsn(),
                in.getMembersKnown(),
                SlotStateCodec.decode(in.getMembersList()));
    }

    private static Wire.ChannelStatus status(ChannelStatus status) {
        return Wire.ChannelStatus.newBuilder()
                .setMeta(SlotStateCodec.encode(status.meta()))
                .setCommittedLsn(status.committedLsn())
                .setOccupancy(SlotStateCodec.encode(status.occupancy()))
                .addAllMembers(SlotStateCodec.encode(status.members()))
                .build();
    }

    private static ChannelStatus status(Wire.ChannelStatus in) throws DamagedEntry {
        return new ChannelStatus(
                SlotStateCodec.decode(in.getMeta()),
                in.getCommittedLsn(),
                SlotStateCodec.decode(in.getOccupancy()),
                SlotStateCodec.decode(in.getMembersList()));
    }

    static Wire.ErrorInfo error(ErrorInfo error) {
        return Wire.ErrorInfo.newBuilder()
                .setCode(error.code())
                .setStatusCode(error.statusCode())
                .setMessage(error.message())
                .putAllDetail(error.detail())
                .build();
    }

    static ErrorInfo error(Wire.ErrorInfo in) {
        return new ErrorInfo(in.getCode(), in.getStatusCode(), in.getMessage(), in.getDetailMap());
    }
}
