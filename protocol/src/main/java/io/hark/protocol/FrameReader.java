package io.hark.protocol;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// Confined: the fields of one frame (TR4), which come in any order, and then what they mean from either side.
final class FrameReader {
    private final FieldReader in;
    private OptionalLong action = OptionalLong.empty();
    private Optional<String> id = Optional.empty();
    private Optional<String> channel = Optional.empty();
    private Optional<String> channelSerial = Optional.empty();
    private Optional<String> connectionId = Optional.empty();
    private Optional<ConnectionDetails> details = Optional.empty();
    private Optional<ErrorInfo> error = Optional.empty();
    private Optional<String> accessToken = Optional.empty();
    private OptionalLong msgSerial = OptionalLong.empty();
    private int count;
    private int flags;
    private long timestamp;
    private List<Message> messages = List.of();
    private List<PresenceMessage> presence = List.of();
    private List<Annotation> annotations = List.of();
    private List<StateEntry> state = List.of();
    private List<List<String>> res = List.of();
    private Map<String, String> params = Map.of();

    private FrameReader(FieldReader in) {
        this.in = in;
    }

    static FrameReader read(FieldReader in) throws IOException, MalformedFrame {
        if (in.kind() != WireReader.Kind.OBJECT) {
            throw WireReader.malformed("the frame is " + FieldReader.word(in.kind()) + ", not an object");
        }
        FrameReader frame = new FrameReader(in);
        in.enterObject();
        while (in.nextField()) {
            frame.readField();
        }
        return frame;
    }

    private void readField() throws IOException, MalformedFrame {
        switch (in.key()) {
            case ACTION -> action = readAction();
            case ID -> id = in.text();
            case CHANNEL -> channel = in.text(ErrorCode.INVALID_CHANNEL_NAME);
            case CHANNEL_SERIAL ->
                channelSerial = in.text(ErrorCode.INVALID_PARAMETER_VALUE).filter(text -> !text.isEmpty());
            case CONNECTION_ID -> connectionId = in.text();
            case CONNECTION_DETAILS ->
                details = in.isObject(ErrorCode.PROTOCOL_ERROR)
                        ? Optional.of(ConnectionDetailsCodec.read(in))
                        : Optional.empty();
            case ERROR ->
                error = in.isObject(ErrorCode.PROTOCOL_ERROR) ? Optional.of(ErrorInfoCodec.read(in)) : Optional.empty();
            case AUTH -> readAuth();
            case MSG_SERIAL -> msgSerial = readMsgSerial();
            case COUNT -> count = in.smallInteger(ErrorCode.PROTOCOL_ERROR);
            case FLAGS -> flags = in.smallInteger(ErrorCode.INVALID_PARAMETER_VALUE);
            case TIMESTAMP -> timestamp = in.looseInteger();
            case MESSAGES -> messages = in.objects(ErrorCode.INVALID_PUBLISH, MessageCodec::read);
            case PRESENCE -> presence = in.objects(ErrorCode.INVALID_PUBLISH, PresenceCodec::read);
            case ANNOTATIONS -> annotations = in.objects(ErrorCode.INVALID_PUBLISH, AnnotationCodec::read);
            case STATE -> state = in.objects(ErrorCode.OBJECT_INVALID, ObjectCodec::read);
            case RES -> res = in.objects(ErrorCode.PROTOCOL_ERROR, FrameReader::readSerials);
            case PARAMS -> params = in.strings(ErrorCode.INVALID_PARAMETER_VALUE);
            default -> in.skip();
        }
    }

    private OptionalLong readAction() throws IOException, MalformedFrame {
        if (in.kind() != WireReader.Kind.INTEGER) {
            throw WireReader.malformed("the frame's action is " + FieldReader.word(in.kind()) + ", not a number");
        }
        return OptionalLong.of(in.smallInteger(ErrorCode.PROTOCOL_ERROR));
    }

    private OptionalLong readMsgSerial() throws IOException, MalformedFrame {
        return switch (in.kind()) {
            case INTEGER, FLOAT -> OptionalLong.of(in.integer(ErrorCode.PROTOCOL_ERROR));
            case NULL -> {
                in.skip();
                yield OptionalLong.empty();
            }
            default -> {
                in.refuseValue(ErrorCode.PROTOCOL_ERROR, "a number");
                yield OptionalLong.empty();
            }
        };
    }

    private void readAuth() throws IOException, MalformedFrame {
        if (!in.isObject(ErrorCode.INVALID_TOKEN)) {
            return;
        }
        in.enterObject();
        while (in.nextField()) {
            if (in.key() == Key.ACCESS_TOKEN) {
                accessToken = in.text(ErrorCode.INVALID_TOKEN);
            } else {
                in.skip();
            }
        }
    }

    private static List<String> readSerials(FieldReader in) throws IOException, MalformedFrame {
        List<String> serials = new ArrayList<>(1);
        in.enterObject();
        while (in.nextField()) {
            if (in.key() != Key.SERIALS || in.kind() != WireReader.Kind.ARRAY) {
                in.skip();
                continue;
            }
            in.wire().enterArray();
            while (in.wire().nextElement()) {
                // Null marks a message that conflation discarded; it keeps its place in the list.
                serials.add(in.text(ErrorCode.PROTOCOL_ERROR).orElse(""));
            }
        }
        return List.copyOf(serials);
    }

    /// The frame as a client's.
    ClientMessage client() throws MalformedFrame {
        int number = (int) action.orElseThrow(() -> WireReader.malformed("the frame has no action"));
        return switch (number) {
            case FrameAction.HEARTBEAT -> new ClientMessage.Heartbeat(id);
            case FrameAction.CLOSE -> new ClientMessage.Close();
            case FrameAction.DISCONNECT -> new ClientMessage.Disconnect();
            case FrameAction.AUTH -> auth();
            case FrameAction.ATTACH,
                    FrameAction.DETACH,
                    FrameAction.SYNC,
                    FrameAction.PRESENCE,
                    FrameAction.MESSAGE,
                    FrameAction.ANNOTATION,
                    FrameAction.OBJECT -> onChannel(number);
            default ->
                refused(
                        number,
                        ErrorCode.BAD_REQUEST.info(
                                "this server does not take the action " + number + " from a client"));
        };
    }

    private ClientMessage auth() {
        if (accessToken.isEmpty()) {
            in.refuse(ErrorCode.INVALID_TOKEN.info("AUTH without auth.accessToken"));
        }
        return in.refusal()
                .map(error -> refused(FrameAction.AUTH, error))
                .orElseGet(() -> new ClientMessage.Auth(accessToken.orElseThrow()));
    }

    private ClientMessage onChannel(int number) {
        if (channel.isEmpty()) {
            in.refuse(ErrorCode.INVALID_CHANNEL_NAME.info("the frame names no channel"));
        }
        switch (number) {
            case FrameAction.MESSAGE -> checkPublish(messages);
            case FrameAction.PRESENCE -> checkPublish(presence);
            case FrameAction.ANNOTATION -> checkPublish(annotations);
            case FrameAction.OBJECT -> checkPublish(state);
            default -> msgSerial = OptionalLong.empty(); // nobody waits for an ACK of the others
        }
        if (in.refusal().isPresent()) {
            return refused(number, in.refusal().get());
        }
        String name = channel.orElseThrow();
        return switch (number) {
            case FrameAction.MESSAGE -> new ClientMessage.Publish(name, msgSerial.orElseThrow(), messages, params);
            case FrameAction.PRESENCE -> new ClientMessage.Presence(name, msgSerial.orElseThrow(), presence);
            case FrameAction.ANNOTATION -> new ClientMessage.Annotate(name, msgSerial.orElseThrow(), annotations);
            case FrameAction.OBJECT -> new ClientMessage.Objects(name, msgSerial.orElseThrow(), operations());
            case FrameAction.ATTACH -> new ClientMessage.Attach(name, params, flags, channelSerial);
            case FrameAction.DETACH -> new ClientMessage.Detach(name);
            case FrameAction.SYNC -> new ClientMessage.Sync(name, channelSerial);
            default -> throw new IllegalStateException("not an action on a channel: " + number);
        };
    }

    private List<ObjectMessage> operations() {
        return state.stream()
                .filter(ObjectMessage.class::isInstance)
                .map(ObjectMessage.class::cast)
                .toList();
    }

    private List<ObjectState> objects() {
        return state.stream()
                .filter(ObjectState.class::isInstance)
                .map(ObjectState.class::cast)
                .toList();
    }

    private void checkPublish(List<?> entries) {
        if (msgSerial.isEmpty() || msgSerial.getAsLong() < 0) {
            in.refuse(ErrorCode.PROTOCOL_ERROR.info("a publish has a msgSerial of 0 or more"));
        }
        if (entries.isEmpty()) {
            in.refuse(ErrorCode.INVALID_PUBLISH.info("the publish holds nothing"));
        }
    }

    private ClientMessage refused(int number, ErrorInfo why) {
        return new ClientMessage.Refused(number, channel, msgSerial, why);
    }

    /// The frame as a server's.
    ServerMessage server() throws MalformedFrame {
        if (in.refusal().isPresent()) {
            throw new MalformedFrame(in.refusal().get());
        }
        int number = (int) action.orElseThrow(() -> WireReader.malformed("the frame has no action"));
        return switch (number) {
            case FrameAction.HEARTBEAT -> new ServerMessage.Heartbeat(id);
            case FrameAction.CONNECTED ->
                new ServerMessage.Connected(
                        need(connectionId, "connectionId"), need(details, "connectionDetails"), error);
            case FrameAction.DISCONNECTED -> new ServerMessage.Disconnected(need(error, "error"));
            case FrameAction.CLOSED -> new ServerMessage.Closed();
            case FrameAction.ERROR -> new ServerMessage.Error(channel, need(error, "error"));
            case FrameAction.ACK -> new ServerMessage.Ack(serialNeeded(), count, res);
            case FrameAction.NACK -> new ServerMessage.Nack(serialNeeded(), count, need(error, "error"));
            case FrameAction.ATTACHED ->
                new ServerMessage.Attached(channelNeeded(), need(channelSerial, "channelSerial"), flags, params, error);
            case FrameAction.DETACHED -> new ServerMessage.Detached(channelNeeded(), error);
            case FrameAction.MESSAGE ->
                new ServerMessage.Messages(
                        channelNeeded(),
                        need(channelSerial, "channelSerial"),
                        need(id, "id"),
                        connectionId,
                        timestamp,
                        messages);
            case FrameAction.PRESENCE ->
                new ServerMessage.Presence(
                        channelNeeded(),
                        need(channelSerial, "channelSerial"),
                        need(id, "id"),
                        connectionId,
                        timestamp,
                        presence);
            case FrameAction.ANNOTATION ->
                new ServerMessage.Annotations(
                        channelNeeded(),
                        need(channelSerial, "channelSerial"),
                        need(id, "id"),
                        connectionId,
                        timestamp,
                        annotations);
            case FrameAction.SYNC ->
                new ServerMessage.Sync(channelNeeded(), need(channelSerial, "channelSerial"), presence);
            case FrameAction.OBJECT ->
                new ServerMessage.Objects(
                        channelNeeded(),
                        need(channelSerial, "channelSerial"),
                        need(id, "id"),
                        connectionId,
                        timestamp,
                        operations());
            case FrameAction.OBJECT_SYNC ->
                new ServerMessage.ObjectSync(channelNeeded(), need(channelSerial, "channelSerial"), objects());
            case FrameAction.AUTH -> new ServerMessage.AuthRequest();
            default -> new ServerMessage.Unknown(number);
        };
    }

    private String channelNeeded() throws MalformedFrame {
        return need(channel, "channel");
    }

    private long serialNeeded() throws MalformedFrame {
        return msgSerial.orElseThrow(() -> WireReader.malformed("the frame has no msgSerial"));
    }

    private static <T> T need(Optional<T> field, String name) throws MalformedFrame {
        return field.orElseThrow(() -> WireReader.malformed("the frame has no " + name));
    }
}
