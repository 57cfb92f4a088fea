package io.hark.cluster.link;

import io.hark.channel.Publish;
import io.hark.protocol.BodyCodec;
import io.hark.protocol.MalformedFrame;
import io.hark.protocol.MessageBatch;
import java.util.Optional;

/// [Publish] as it is on a link, and back. Any thread.
final class PublishCodec {
    private PublishCodec() {}

    static Wire.Publish encode(Publish publish) {
        Wire.Publish.Builder out = Wire.Publish.newBuilder()
                .setChannel(SlotStateCodec.encode(publish.channel()))
                .setMayRepeat(publish.mayRepeat())
                .setPolicy(SlotRequestCodec.policy(publish.policy()));
        switch (publish.content()) {
            case Publish.Create(var batch, boolean ephemeral) ->
                out.setCreate(Wire.Create.newBuilder()
                        .setBatch(PeerMessageCodec.bytes(BodyCodec.encode(batch)))
                        .setEphemeral(ephemeral));
            case Publish.Change(var batch, var owner, int bytesMax) -> {
                Wire.Change.Builder change = Wire.Change.newBuilder()
                        .setBatch(PeerMessageCodec.bytes(BodyCodec.encode(batch)))
                        .setBytesMax(bytesMax);
                owner.ifPresent(change::setOwner);
                out.setChange(change);
            }
            case Publish.Annotate(var batch, int bytesMax) ->
                out.setAnnotate(Wire.Annotate.newBuilder()
                        .setBatch(PeerMessageCodec.bytes(
                                BodyCodec.encode(new BodyCodec.Annotated(batch, Optional.empty()))))
                        .setBytesMax(bytesMax));
        }
        publish.ids().forEach(id -> out.addIds(SlotStateCodec.encode(id)));
        publish.publisher().ifPresent(publisher -> out.setPublisher(SlotRequestCodec.claim(publisher)));
        return out.build();
    }

    static Publish decode(Wire.Publish in) throws MalformedFrame, MalformedPeerMessage {
        if (in.getIdsCount() > Publish.IDS_MAX) {
            throw new MalformedPeerMessage(
                    "a publish has %d ids, the limit is %d".formatted(in.getIdsCount(), Publish.IDS_MAX));
        }
        return new Publish(
                SlotStateCodec.decode(in.getChannel()),
                in.getIdsList().stream().map(SlotStateCodec::decode).toList(),
                in.getMayRepeat(),
                in.hasPublisher() ? Optional.of(SlotRequestCodec.claim(in.getPublisher())) : Optional.empty(),
                content(in),
                SlotRequestCodec.policy(in.getPolicy()));
    }

    private static Publish.Content content(Wire.Publish in) throws MalformedFrame, MalformedPeerMessage {
        return switch (in.getContentCase()) {
            case CREATE ->
                new Publish.Create(
                        BodyCodec.decodeMessages(in.getCreate().getBatch().toByteArray()),
                        in.getCreate().getEphemeral());
            case CHANGE -> change(in.getChange());
            case ANNOTATE -> annotate(in.getAnnotate());
            case CONTENT_NOT_SET -> throw new MalformedPeerMessage("a publish is of no known kind");
        };
    }

    private static Publish.Change change(Wire.Change in) throws MalformedFrame, MalformedPeerMessage {
        MessageBatch batch = BodyCodec.decodeMessages(in.getBatch().toByteArray());
        if (batch.messages().size() != 1 || batch.messages().getFirst().serial().isEmpty()) {
            throw new MalformedPeerMessage("a change does not name one message");
        }
        Optional<String> owner = in.hasOwner() ? Optional.of(in.getOwner()) : Optional.empty();
        return new Publish.Change(batch, owner, in.getBytesMax());
    }

    private static Publish.Annotate annotate(Wire.Annotate in) throws MalformedFrame, MalformedPeerMessage {
        BodyCodec.Annotated annotated = BodyCodec.decodeAnnotated(in.getBatch().toByteArray());
        if (annotated.batch().annotations().isEmpty()
                || annotated.batch().annotations().getFirst().messageSerial().isEmpty()) {
            throw new MalformedPeerMessage("annotations name no message");
        }
        return new Publish.Annotate(annotated.batch(), in.getBytesMax());
    }
}
