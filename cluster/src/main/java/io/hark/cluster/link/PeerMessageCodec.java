package io.hark.cluster.link;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.hark.channel.DamagedEntry;
import io.hark.channel.LogRecord;
import io.hark.channel.LogRecordCodec;
import io.hark.channel.OccupancyMetrics;
import io.hark.protocol.MalformedFrame;
import io.hark.slot.PeerMessage;
import java.util.ArrayList;
import java.util.List;

/// [PeerMessage] as it is on a link, and back. Any thread. The bytes of entries are handed on as they
/// are: what is encoded must not be changed before it was sent.
final class PeerMessageCodec {
    private PeerMessageCodec() {}

    static Wire.PeerMessage encode(PeerMessage message) {
        Wire.PeerMessage.Builder out = Wire.PeerMessage.newBuilder();
        switch (message) {
            case PeerMessage.Append append -> out.setAppend(append(append));
            case PeerMessage.Appended(int slot, int epoch, int version, long durableLsn) ->
                out.setAppended(Wire.Appended.newBuilder()
                        .setSlot(slot)
                        .setEpoch(epoch)
                        .setVersion(version)
                        .setDurableLsn(durableLsn));
            case PeerMessage.Mismatch(int slot, int epoch, var meta) ->
                out.setMismatch(
                        Wire.Mismatch.newBuilder().setSlot(slot).setEpoch(epoch).setMeta(SlotStateCodec.encode(meta)));
            case PeerMessage.Rejected(int slot, int promised) ->
                out.setRejected(Wire.Rejected.newBuilder().setSlot(slot).setPromised(promised));
            case PeerMessage.AskFollows(int slot, int epoch, long round) ->
                out.setAskFollows(Wire.AskFollows.newBuilder()
                        .setSlot(slot)
                        .setEpoch(epoch)
                        .setRound(round));
            case PeerMessage.Follows(int slot, int epoch, long round) ->
                out.setFollows(
                        Wire.Follows.newBuilder().setSlot(slot).setEpoch(epoch).setRound(round));
            case PeerMessage.Install(int slot, int epoch, int version, int round, int page, var image, var meta) ->
                out.setInstall(Wire.Install.newBuilder()
                        .setSlot(slot)
                        .setEpoch(epoch)
                        .setVersion(version)
                        .setRound(round)
                        .setPage(page)
                        .setImage(SlotStateCodec.encode(image))
                        .setMeta(SlotStateCodec.encode(meta)));
            case PeerMessage.Installed(int slot, int epoch, int round, int page) ->
                out.setInstalled(Wire.Installed.newBuilder()
                        .setSlot(slot)
                        .setEpoch(epoch)
                        .setRound(round)
                        .setPage(page));
            case PeerMessage.Ask(int slot, int epoch, long seq, var request) ->
                out.setAsk(Wire.Ask.newBuilder()
                        .setSlot(slot)
                        .setEpoch(epoch)
                        .setSeq(seq)
                        .setRequest(SlotRequestCodec.encode(request)));
            case PeerMessage.Answer(int slot, int epoch, long seq, var answer) ->
                out.setAnswer(Wire.Answer.newBuilder()
                        .setSlot(slot)
                        .setEpoch(epoch)
                        .setSeq(seq)
                        .setAnswer(SlotAnswerCodec.encode(answer)));
            case PeerMessage.Deliver deliver -> out.setDeliver(deliver(deliver));
            case PeerMessage.Tip(int slot, int epoch, long high, long low, long lastLsn) ->
                out.setTip(Wire.Tip.newBuilder()
                        .setSlot(slot)
                        .setEpoch(epoch)
                        .setChannelHigh(high)
                        .setChannelLow(low)
                        .setLastLsn(lastLsn));
            case PeerMessage.Occupied(int slot, int epoch, long high, long low, var metrics) ->
                out.setOccupied(Wire.Occupied.newBuilder()
                        .setSlot(slot)
                        .setEpoch(epoch)
                        .setChannelHigh(high)
                        .setChannelLow(low)
                        .setAttachments(SlotStateCodec.encode(metrics.attachments()))
                        .setPresenceMembers(metrics.presenceMembers()));
            case PeerMessage.Credit(int loop, long bytes) ->
                out.setCredit(Wire.Credit.newBuilder().setLoop(loop).setBytes(bytes));
            case PeerMessage.Serving serving -> out.setServing(serving(serving));
            case PeerMessage.AskActive(long seq, String app) ->
                out.setAskActive(Wire.AskActive.newBuilder().setSeq(seq).setApp(app));
            case PeerMessage.Active(long seq, var names) ->
                out.setActive(Wire.Active.newBuilder().setSeq(seq).addAllNames(names));
        }
        return out.build();
    }

    static PeerMessage decode(Wire.PeerMessage message) throws MalformedPeerMessage {
        try {
            return switch (message.getMessageCase()) {
                case APPEND -> append(message.getAppend());
                case APPENDED -> {
                    Wire.Appended in = message.getAppended();
                    yield new PeerMessage.Appended(
                            slot(in.getSlot()), in.getEpoch(), in.getVersion(), in.getDurableLsn());
                }
                case MISMATCH -> {
                    Wire.Mismatch in = message.getMismatch();
                    yield new PeerMessage.Mismatch(
                            slot(in.getSlot()), in.getEpoch(), SlotStateCodec.decode(in.getMeta()));
                }
                case REJECTED -> {
                    Wire.Rejected in = message.getRejected();
                    yield new PeerMessage.Rejected(slot(in.getSlot()), in.getPromised());
                }
                case ASK_FOLLOWS -> {
                    Wire.AskFollows in = message.getAskFollows();
                    yield new PeerMessage.AskFollows(slot(in.getSlot()), in.getEpoch(), in.getRound());
                }
                case FOLLOWS -> {
                    Wire.Follows in = message.getFollows();
                    yield new PeerMessage.Follows(slot(in.getSlot()), in.getEpoch(), in.getRound());
                }
                case INSTALL -> {
                    Wire.Install in = message.getInstall();
                    yield new PeerMessage.Install(
                            slot(in.getSlot()),
                            in.getEpoch(),
                            in.getVersion(),
                            in.getRound(),
                            in.getPage(),
                            SlotStateCodec.decode(in.getImage()),
                            SlotStateCodec.decode(in.getMeta()));
                }
                case INSTALLED -> {
                    Wire.Installed in = message.getInstalled();
                    yield new PeerMessage.Installed(slot(in.getSlot()), in.getEpoch(), in.getRound(), in.getPage());
                }
                case ASK -> {
                    Wire.Ask in = message.getAsk();
                    yield new PeerMessage.Ask(
                            slot(in.getSlot()), in.getEpoch(), in.getSeq(), SlotRequestCodec.decode(in.getRequest()));
                }
                case ANSWER -> {
                    Wire.Answer in = message.getAnswer();
                    yield new PeerMessage.Answer(
                            slot(in.getSlot()), in.getEpoch(), in.getSeq(), SlotAnswerCodec.decode(in.getAnswer()));
                }
                case DELIVER -> deliver(message.getDeliver());
                case TIP -> {
                    Wire.Tip in = message.getTip();
                    yield new PeerMessage.Tip(
                            slot(in.getSlot()),
                            in.getEpoch(),
                            in.getChannelHigh(),
                            in.getChannelLow(),
                            in.getLastLsn());
                }
                case OCCUPIED -> {
                    Wire.Occupied in = message.getOccupied();
                    yield new PeerMessage.Occupied(
                            slot(in.getSlot()),
                            in.getEpoch(),
                            in.getChannelHigh(),
                            in.getChannelLow(),
                            new OccupancyMetrics(SlotStateCodec.decode(in.getAttachments()), in.getPresenceMembers()));
                }
                case CREDIT ->
                    new PeerMessage.Credit(
                            message.getCredit().getLoop(), message.getCredit().getBytes());
                case SERVING -> serving(message.getServing());
                case ASK_ACTIVE ->
                    new PeerMessage.AskActive(
                            message.getAskActive().getSeq(),
                            message.getAskActive().getApp());
                case ACTIVE ->
                    new PeerMessage.Active(
                            message.getActive().getSeq(), message.getActive().getNamesList());
                case MESSAGE_NOT_SET -> throw new MalformedPeerMessage("a message is of no known kind");
            };
        } catch (DamagedEntry | MalformedFrame | IllegalArgumentException e) {
            String kind = message.getMessageCase().toString();
            throw new MalformedPeerMessage("a message of kind %s: %s".formatted(kind, e.getMessage()), e);
        }
    }

    private static Wire.Append append(PeerMessage.Append append) {
        Wire.Append.Builder out = Wire.Append.newBuilder()
                .setSlot(append.slot())
                .setEpoch(append.epoch())
                .setPrevLsn(append.prevLsn())
                .setPrevEpoch(append.prevEpoch())
                .setCommittedLsn(append.committedLsn())
                .setSparse(append.sparse())
                .setPresentLsn(append.presentLsn())
                .setVersion(append.version());
        for (LogRecord record : append.records()) {
            out.addRecords(Wire.LogRecord.newBuilder()
                    .setCompanion(bytes(record.companion()))
                    .setEntry(bytes(record.encoded())));
        }
        return out.build();
    }

    private static PeerMessage.Append append(Wire.Append in) throws DamagedEntry {
        List<LogRecord> records = new ArrayList<>(in.getRecordsCount());
        for (Wire.LogRecord record : in.getRecordsList()) {
            records.add(LogRecordCodec.decode(
                    record.getCompanion().toByteArray(), record.getEntry().toByteArray()));
        }
        return new PeerMessage.Append(
                slot(in.getSlot()),
                in.getEpoch(),
                in.getVersion(),
                in.getPrevLsn(),
                in.getPrevEpoch(),
                in.getCommittedLsn(),
                in.getSparse(),
                in.getPresentLsn(),
                records);
    }

    private static Wire.Deliver deliver(PeerMessage.Deliver deliver) {
        Wire.Deliver.Builder out =
                Wire.Deliver.newBuilder().setSlot(deliver.slot()).setEpoch(deliver.epoch());
        for (PeerMessage.Delivered entry : deliver.entries()) {
            out.addEntries(
                    Wire.Delivered.newBuilder().setEntry(bytes(entry.encoded())).setLogged(entry.logged()));
        }
        return out.build();
    }

    private static PeerMessage.Deliver deliver(Wire.Deliver in) {
        List<PeerMessage.Delivered> entries = new ArrayList<>(in.getEntriesCount());
        for (Wire.Delivered entry : in.getEntriesList()) {
            entries.add(new PeerMessage.Delivered(entry.getEntry().toByteArray(), entry.getLogged()));
        }
        return new PeerMessage.Deliver(slot(in.getSlot()), in.getEpoch(), entries);
    }

    private static Wire.Serving serving(PeerMessage.Serving serving) {
        Wire.Serving.Builder out = Wire.Serving.newBuilder();
        for (PeerMessage.SlotEpoch slot : serving.slots()) {
            out.addSlots(Wire.SlotEpoch.newBuilder().setSlot(slot.slot()).setEpoch(slot.epoch()));
        }
        return out.build();
    }

    private static PeerMessage.Serving serving(Wire.Serving in) {
        List<PeerMessage.SlotEpoch> slots = new ArrayList<>(in.getSlotsCount());
        for (Wire.SlotEpoch slot : in.getSlotsList()) {
            slots.add(new PeerMessage.SlotEpoch(slot(slot.getSlot()), slot.getEpoch()));
        }
        return new PeerMessage.Serving(slots);
    }

    private static int slot(int slot) {
        return SlotStateCodec.slot(slot);
    }

    /// The array itself, not a copy.
    static ByteString bytes(byte[] owned) {
        return UnsafeByteOperations.unsafeWrap(owned);
    }
}
