package io.hark.protocol;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Writes frames of either side (TR4). `action` comes first, so that a reader of traffic sees at once what it
/// looks at.
final class FrameWriter {
    private final WireWriter out;

    FrameWriter(WireWriter out) {
        this.out = out;
    }

    void write(ServerMessage message) throws IOException {
        switch (message) {
            case ServerMessage.Heartbeat(var id) -> {
                begin(FrameAction.HEARTBEAT, WireWriter.one(id));
                out.field(Key.ID, id);
            }
            case ServerMessage.Connected(var connectionId, var details, var error) -> {
                begin(FrameAction.CONNECTED, 2 + WireWriter.one(error));
                out.field(Key.CONNECTION_ID, connectionId);
                out.key(Key.CONNECTION_DETAILS);
                ConnectionDetailsCodec.write(details, out);
                error(error);
            }
            case ServerMessage.Disconnected(var error) -> {
                begin(FrameAction.DISCONNECTED, 1);
                error(error);
            }
            case ServerMessage.Closed() -> begin(FrameAction.CLOSED, 0);
            case ServerMessage.Error(var channel, var error) -> {
                // Without the key, not with an empty one: clients tell a connection's error from a
                // channel's by it.
                begin(FrameAction.ERROR, 1 + WireWriter.one(channel));
                out.field(Key.CHANNEL, channel);
                error(error);
            }
            case ServerMessage.Ack(var msgSerial, var count, var res) -> {
                begin(FrameAction.ACK, 3);
                out.field(Key.MSG_SERIAL, msgSerial);
                out.field(Key.COUNT, count);
                res(res);
            }
            case ServerMessage.Nack(var msgSerial, var count, var error) -> {
                begin(FrameAction.NACK, 3);
                out.field(Key.MSG_SERIAL, msgSerial);
                out.field(Key.COUNT, count);
                error(error);
            }
            case ServerMessage.Attached(var channel, var channelSerial, var flags, var params, var error) -> {
                begin(FrameAction.ATTACHED, 3 + WireWriter.one(params) + WireWriter.one(error));
                out.field(Key.CHANNEL, channel);
                out.field(Key.CHANNEL_SERIAL, channelSerial);
                out.field(Key.FLAGS, flags);
                out.field(Key.PARAMS, params);
                error(error);
            }
            case ServerMessage.Detached(var channel, var error) -> {
                begin(FrameAction.DETACHED, 1 + WireWriter.one(error));
                out.field(Key.CHANNEL, channel);
                error(error);
            }
            case ServerMessage.Messages m -> {
                delivery(FrameAction.MESSAGE, m.channel(), m.channelSerial(), m.id(), m.connectionId(), m.timestamp());
                messages(m.messages(), MessageCodec.Reader.SUBSCRIBER, m.timestamp());
            }
            case ServerMessage.Presence m -> {
                delivery(FrameAction.PRESENCE, m.channel(), m.channelSerial(), m.id(), m.connectionId(), m.timestamp());
                presence(m.presence());
            }
            case ServerMessage.Annotations m -> {
                delivery(
                        FrameAction.ANNOTATION,
                        m.channel(),
                        m.channelSerial(),
                        m.id(),
                        m.connectionId(),
                        m.timestamp());
                annotations(m.annotations());
            }
            case ServerMessage.Sync(var channel, var channelSerial, var presence) -> {
                begin(FrameAction.SYNC, 3);
                out.field(Key.CHANNEL, channel);
                out.field(Key.CHANNEL_SERIAL, channelSerial);
                presence(presence);
            }
            case ServerMessage.Objects m -> {
                delivery(FrameAction.OBJECT, m.channel(), m.channelSerial(), m.id(), m.connectionId(), m.timestamp());
                out.key(Key.STATE);
                ObjectCodec.writeAll(m.operations(), ObjectCodec.Reader.OTHERS, out);
            }
            case ServerMessage.ObjectSync(var channel, var channelSerial, var objects) -> {
                begin(FrameAction.OBJECT_SYNC, 3);
                out.field(Key.CHANNEL, channel);
                out.field(Key.CHANNEL_SERIAL, channelSerial);
                out.key(Key.STATE);
                ObjectCodec.writeAll(objects, ObjectCodec.Reader.OTHERS, out);
            }
            case ServerMessage.AuthRequest() -> begin(FrameAction.AUTH, 0);
            case ServerMessage.Unknown(var action) -> begin(action, 0);
        }
        out.endObject();
    }

    private void delivery(
            int action, String channel, String channelSerial, String id, Optional<String> connectionId, long timestamp)
            throws IOException {
        // One more than is written here: the array that the caller writes.
        begin(action, 4 + WireWriter.one(connectionId) + WireWriter.one(timestamp));
        out.field(Key.CHANNEL, channel);
        out.field(Key.CHANNEL_SERIAL, channelSerial);
        out.field(Key.ID, id);
        out.field(Key.CONNECTION_ID, connectionId);
        out.fieldUnlessZero(Key.TIMESTAMP, timestamp);
    }

    void write(ClientMessage message) throws IOException {
        switch (message) {
            case ClientMessage.Heartbeat(var id) -> {
                begin(FrameAction.HEARTBEAT, WireWriter.one(id));
                out.field(Key.ID, id);
            }
            case ClientMessage.Attach(var channel, var params, var flags, var channelSerial) -> {
                begin(
                        FrameAction.ATTACH,
                        1 + WireWriter.one(params) + WireWriter.one(flags) + WireWriter.one(channelSerial));
                out.field(Key.CHANNEL, channel);
                out.field(Key.CHANNEL_SERIAL, channelSerial);
                out.fieldUnlessZero(Key.FLAGS, flags);
                out.field(Key.PARAMS, params);
            }
            case ClientMessage.Detach(var channel) -> {
                begin(FrameAction.DETACH, 1);
                out.field(Key.CHANNEL, channel);
            }
            case ClientMessage.Publish(var channel, var msgSerial, var messages, var params) -> {
                begin(FrameAction.MESSAGE, 3 + WireWriter.one(params));
                out.field(Key.CHANNEL, channel);
                out.field(Key.MSG_SERIAL, msgSerial);
                out.field(Key.PARAMS, params);
                messages(messages, MessageCodec.Reader.SERVER, 0);
            }
            case ClientMessage.Presence(var channel, var msgSerial, var presence) -> {
                begin(FrameAction.PRESENCE, 3);
                out.field(Key.CHANNEL, channel);
                out.field(Key.MSG_SERIAL, msgSerial);
                presence(presence);
            }
            case ClientMessage.Annotate(var channel, var msgSerial, var annotations) -> {
                begin(FrameAction.ANNOTATION, 3);
                out.field(Key.CHANNEL, channel);
                out.field(Key.MSG_SERIAL, msgSerial);
                annotations(annotations);
            }
            case ClientMessage.Objects(var channel, var msgSerial, var operations) -> {
                begin(FrameAction.OBJECT, 3);
                out.field(Key.CHANNEL, channel);
                out.field(Key.MSG_SERIAL, msgSerial);
                out.key(Key.STATE);
                ObjectCodec.writeAll(operations, ObjectCodec.Reader.SERVER, out);
            }
            case ClientMessage.Sync(var channel, var channelSerial) -> {
                begin(FrameAction.SYNC, 1 + WireWriter.one(channelSerial));
                out.field(Key.CHANNEL, channel);
                out.field(Key.CHANNEL_SERIAL, channelSerial);
            }
            case ClientMessage.Auth(var accessToken) -> {
                begin(FrameAction.AUTH, 1);
                out.key(Key.AUTH);
                out.beginObject(1);
                out.field(Key.ACCESS_TOKEN, accessToken);
                out.endObject();
            }
            case ClientMessage.Close() -> begin(FrameAction.CLOSE, 0);
            case ClientMessage.Disconnect() -> begin(FrameAction.DISCONNECT, 0);
            case ClientMessage.Refused(var action, var channel, var msgSerial, var error) -> {
                begin(action, WireWriter.one(channel) + (msgSerial.isPresent() ? 1 : 0));
                out.field(Key.CHANNEL, channel);
                if (msgSerial.isPresent()) {
                    out.field(Key.MSG_SERIAL, msgSerial.getAsLong());
                }
            }
        }
        out.endObject();
    }

    private void begin(int action, int otherFields) throws IOException {
        out.beginObject(1 + otherFields);
        out.field(Key.ACTION, action);
    }

    private void error(Optional<ErrorInfo> error) throws IOException {
        if (error.isPresent()) {
            error(error.get());
        }
    }

    private void error(ErrorInfo error) throws IOException {
        out.key(Key.ERROR);
        ErrorInfoCodec.write(error, out);
    }

    private void res(List<List<String>> res) throws IOException {
        out.key(Key.RES);
        out.beginArray(res.size());
        for (List<String> serials : res) {
            out.beginObject(1);
            out.key(Key.SERIALS);
            out.beginArray(serials.size());
            for (String serial : serials) {
                out.text(serial);
            }
            out.endArray();
            out.endObject();
        }
        out.endArray();
    }

    private void messages(List<Message> messages, MessageCodec.Reader reader, long frameTimestamp) throws IOException {
        out.key(Key.MESSAGES);
        MessageCodec.writeAll(messages, reader, frameTimestamp, out);
    }

    private void annotations(List<Annotation> annotations) throws IOException {
        out.key(Key.ANNOTATIONS);
        AnnotationCodec.writeAll(annotations, out);
    }

    private void presence(List<PresenceMessage> presence) throws IOException {
        out.key(Key.PRESENCE);
        PresenceCodec.writeAll(presence, out);
    }
}
