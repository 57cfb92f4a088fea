package io.hark.cluster.link;

import io.hark.channel.MessageDetails;
import io.hark.channel.MessageQuery;
import io.hark.protocol.AnnotationBatch;
import io.hark.protocol.BodyCodec;
import io.hark.protocol.MalformedFrame;
import io.hark.protocol.MessageBatch;
import java.util.Optional;

/// [MessageQuery] and [MessageDetails] as they are on a link, and back. Any thread.
final class LookCodec {
    private LookCodec() {}

    static Wire.Look encode(MessageQuery query) {
        Wire.Look.Builder out = Wire.Look.newBuilder()
                .setChannel(SlotStateCodec.encode(query.channel()))
                .setSerial(query.serial());
        switch (query.wanted()) {
            case MessageQuery.Latest() -> out.setLatest(true);
            case MessageQuery.Versions(var after, int max) -> out.setVersions(page(after, max));
            case MessageQuery.Annotations(var after, int max) -> out.setAnnotations(page(after, max));
            case MessageQuery.ClientSummary(var clientId) -> out.setClientSummary(clientId);
        }
        return out.build();
    }

    private static Wire.PageOf page(String after, int max) {
        return Wire.PageOf.newBuilder().setAfter(after).setMax(max).build();
    }

    static MessageQuery decode(Wire.Look in) throws MalformedPeerMessage {
        MessageQuery.Wanted wanted = switch (in.getWantedCase()) {
            case LATEST -> new MessageQuery.Latest();
            case VERSIONS -> new MessageQuery.Versions(in.getVersions().getAfter(), max(in.getVersions()));
            case ANNOTATIONS -> new MessageQuery.Annotations(in.getAnnotations().getAfter(), max(in.getAnnotations()));
            case CLIENT_SUMMARY -> new MessageQuery.ClientSummary(in.getClientSummary());
            case WANTED_NOT_SET -> throw new MalformedPeerMessage("a look at a message wants nothing that is known");
        };
        return new MessageQuery(SlotStateCodec.decode(in.getChannel()), in.getSerial(), wanted);
    }

    private static int max(Wire.PageOf page) throws MalformedPeerMessage {
        if (page.getMax() < 1) {
            throw new MalformedPeerMessage("a look asks for %d items".formatted(page.getMax()));
        }
        return page.getMax();
    }

    static Wire.Details encode(MessageDetails details) {
        return Wire.Details.newBuilder()
                .setMessages(PeerMessageCodec.bytes(
                        BodyCodec.encode(new MessageBatch("", Optional.empty(), 0, details.messages()))))
                .setAnnotations(PeerMessageCodec.bytes(BodyCodec.encode(new BodyCodec.Annotated(
                        new AnnotationBatch("", Optional.empty(), 0, details.annotations()), Optional.empty()))))
                .setMore(details.more())
                .build();
    }

    static MessageDetails decode(Wire.Details in) throws MalformedFrame {
        return new MessageDetails(
                BodyCodec.decodeMessages(in.getMessages().toByteArray()).messages(),
                BodyCodec.decodeAnnotated(in.getAnnotations().toByteArray())
                        .batch()
                        .annotations(),
                in.getMore());
    }
}
