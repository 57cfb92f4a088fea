package io.hark.cluster.link;

import io.hark.channel.ObjectUpdate;
import io.hark.channel.ObjectsPage;
import io.hark.channel.ObjectsQuery;
import io.hark.objects.ObjectCommand;
import io.hark.objects.ObjectPath;
import io.hark.protocol.BodyCodec;
import io.hark.protocol.MalformedFrame;
import io.hark.protocol.ObjectBatch;
import io.hark.protocol.ObjectMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What is asked and answered of a channel's objects, as it is on a link, and back. Any thread.
final class ObjectsCodec {
    private ObjectsCodec() {}

    static Wire.Objects encode(ObjectUpdate update) {
        List<ObjectMessage> operations =
                update.commands().stream().map(ObjectCommand::message).toList();
        ObjectBatch batch = new ObjectBatch(update.frameId(), update.connectionId(), 0, operations);
        Wire.Objects.Builder out = Wire.Objects.newBuilder()
                .setChannel(SlotStateCodec.encode(update.channel()))
                .setId(SlotStateCodec.encode(update.id()))
                .setMayRepeat(update.mayRepeat())
                .setBatch(PeerMessageCodec.bytes(BodyCodec.encodeUnlogged(batch)))
                .setPolicy(SlotRequestCodec.policy(update.policy()))
                .setBytesMax(update.bytesMax());
        update.publisher().ifPresent(publisher -> out.setPublisher(SlotRequestCodec.claim(publisher)));
        for (int index = 0; index < update.commands().size(); index++) {
            Optional<ObjectPath> path = update.commands().get(index).path();
            if (path.isPresent()) {
                out.addPaths(Wire.CommandPath.newBuilder()
                        .setOperation(index)
                        .setPath(path.get().text()));
            }
        }
        return out.build();
    }

    static ObjectUpdate decode(Wire.Objects in) throws MalformedFrame, MalformedPeerMessage {
        ObjectBatch batch = BodyCodec.decodeObjects(in.getBatch().toByteArray());
        List<ObjectCommand> commands = new ArrayList<>(
                batch.operations().stream().map(ObjectCommand::of).toList());
        for (Wire.CommandPath path : in.getPathsList()) {
            int index = path.getOperation();
            if (index < 0 || index >= commands.size()) {
                throw new MalformedPeerMessage("a path is of operation %d of %d".formatted(index, commands.size()));
            }
            commands.set(
                    index,
                    new ObjectCommand(commands.get(index).message(), Optional.of(ObjectPath.parse(path.getPath()))));
        }
        return new ObjectUpdate(
                SlotStateCodec.decode(in.getChannel()),
                SlotStateCodec.decode(in.getId()),
                in.getMayRepeat(),
                in.hasPublisher() ? Optional.of(SlotRequestCodec.claim(in.getPublisher())) : Optional.empty(),
                batch.id(),
                batch.connectionId(),
                commands,
                SlotRequestCodec.policy(in.getPolicy()),
                in.getBytesMax());
    }

    static Wire.ReadObjects encode(ObjectsQuery query) {
        Wire.ReadObjects.Builder out = Wire.ReadObjects.newBuilder()
                .setChannel(SlotStateCodec.encode(query.channel()))
                .setSnapshot(query.snapshot())
                .setFrom(query.from());
        query.scope()
                .ifPresent(scope ->
                        out.setStart(scope.start()).setPath(scope.path().text()));
        return out.build();
    }

    static ObjectsQuery decode(Wire.ReadObjects in) {
        return new ObjectsQuery(
                SlotStateCodec.decode(in.getChannel()),
                in.hasPath()
                        ? Optional.of(new ObjectsQuery.Scope(in.getStart(), ObjectPath.parse(in.getPath())))
                        : Optional.empty(),
                in.getSnapshot(),
                in.getFrom());
    }

    static Wire.ObjectsPage encode(ObjectsPage page) {
        return Wire.ObjectsPage.newBuilder()
                .setSnapshot(page.snapshot())
                .setLsn(page.lsn())
                .setObjects(PeerMessageCodec.bytes(BodyCodec.encode(page.objects())))
                .setNext(page.next())
                .build();
    }

    static ObjectsPage decode(Wire.ObjectsPage in) throws MalformedFrame {
        return new ObjectsPage(
                in.getSnapshot(),
                in.getLsn(),
                BodyCodec.decodeObjectStates(in.getObjects().toByteArray()),
                in.getNext());
    }
}
