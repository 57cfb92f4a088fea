package io.hark.loadtest;

import io.hark.protocol.AttachFlag;
import io.hark.protocol.ClientMessage;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Format;
import io.hark.protocol.MalformedFrame;
import io.hark.protocol.ProtocolCodec;
import io.hark.protocol.ServerMessage;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/// Confined to its lane, but for [#open]: a connection of the protocol that is attached to one
/// channel, or to none if it publishes.
///
/// Frames with marks are not decoded, unless the connection is to be resumed and so has to know
/// where it is.
final class LoadConnection implements ClientSocket.Reader {
    /// Who gets what comes; called on the lane's loop.
    interface Owner {
        /// The connection is there and, if it has a channel, attached.
        ///
        /// @param continuous nothing was missed since the last transport
        void ready(boolean continuous);

        /// A message with a mark has come.
        ///
        /// @param nanos when
        void marked(byte[] bytes, int at, long nanos);

        /// Publishes were answered, in the order in which they were sent.
        void answered(long msgSerial, int count, Optional<ErrorInfo> refusal);

        /// The transport is gone.
        void ended(String why);
    }

    /// What a connection is for.
    ///
    /// @param channel empty for none
    /// @param params  of the attachment
    /// @param modes   bits; 0 for all that the key allows
    /// @param resumes whether it is to go on after a cut where it was
    record Purpose(
            Optional<String> clientId,
            Optional<String> channel,
            Map<String, String> params,
            int modes,
            boolean resumes) {
        static Purpose publisher() {
            return new Purpose(Optional.empty(), Optional.empty(), Map.of(), 0, false);
        }

        static Purpose subscriber(String channel, int modes, boolean resumes) {
            return new Purpose(Optional.empty(), Optional.of(channel), Map.of(), modes, resumes);
        }
    }

    private final Sockets sockets;
    private final Lane lane;
    private final Target target;
    private final Setting setting;
    private final Purpose purpose;
    private final Owner owner;
    private final ProtocolCodec codec;
    private Optional<ClientSocket> socket = Optional.empty();
    private Optional<String> connectionId = Optional.empty();
    private Optional<String> connectionKey = Optional.empty();
    private Optional<String> channelSerial = Optional.empty();
    private boolean sameConnection = true;
    private boolean ready;

    LoadConnection(Sockets sockets, Setting setting, int number, Purpose purpose, Owner owner) {
        this.sockets = sockets;
        this.lane = sockets.lane(number);
        this.target = setting.targets().get(number % setting.targets().size());
        this.setting = setting;
        this.purpose = purpose;
        this.owner = owner;
        this.codec = ProtocolCodec.of(setting.format());
    }

    Lane lane() {
        return lane;
    }

    /// Connects, anew or where it was. Any thread.
    void open() {
        lane.loop().execute(() -> {
            StringBuilder path = new StringBuilder("/?v=6&format=")
                    .append(codec.format() == Format.JSON ? "json" : "msgpack")
                    .append("&key=")
                    .append(encoded(setting.key()));
            purpose.clientId().ifPresent(id -> path.append("&clientId=").append(encoded(id)));
            connectionKey.ifPresent(key -> path.append("&resume=").append(encoded(key)));
            ClientSocket opened = new ClientSocket(
                    lane, target, path.toString(), setting.headers(), codec.format() == Format.JSON, this);
            socket = Optional.of(opened);
            sockets.open(lane, target, opened, this);
        });
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    boolean isReady() {
        return ready;
    }

    void send(ClientMessage message, boolean flush) {
        socket.ifPresent(open -> open.send(codec.encode(message), flush));
    }

    void flush() {
        socket.ifPresent(ClientSocket::flush);
    }

    /// Whether more is written than the server takes.
    boolean isBehind() {
        return socket.filter(ClientSocket::isBehind).isPresent();
    }

    /// Stops or goes on reading.
    void read(boolean on) {
        socket.ifPresent(open -> open.read(on));
    }

    /// Loses the socket without a word, as a network does.
    void cut(String why) {
        socket.ifPresent(open -> open.close(why));
    }

    @Override
    public void opened() {}

    @Override
    public void frame(byte[] bytes, int offset, int length, long nanos) {
        int end = offset + length;
        int mark = Mark.find(bytes, offset, end);
        if (mark < 0 || purpose.resumes()) {
            try {
                received(codec.decodeServer(bytes, offset, length));
            } catch (MalformedFrame malformed) {
                cut("the server sent what is no frame: " + malformed.getMessage());
                return;
            }
        }
        while (mark >= 0) {
            owner.marked(bytes, mark, nanos);
            mark = Mark.find(bytes, mark + Mark.LENGTH, end);
        }
    }

    private void received(ServerMessage message) {
        switch (message) {
            case ServerMessage.Connected frame -> connected(frame);
            case ServerMessage.Attached frame -> attached(frame);
            case ServerMessage.Messages frame -> channelSerial = Optional.of(frame.channelSerial());
            case ServerMessage.Ack(long msgSerial, int count, var res) ->
                owner.answered(msgSerial, count, Optional.empty());
            case ServerMessage.Nack(long msgSerial, int count, var error) ->
                owner.answered(msgSerial, count, Optional.of(error));
            case ServerMessage.Error(var channel, var error) ->
                cut("the server refused the %s: %s"
                        .formatted(channel.isPresent() ? "channel" : "connection", text(error)));
            case ServerMessage.Detached(var channel, var error) ->
                cut("the server detached a channel: "
                        + error.map(LoadConnection::text).orElse("without a reason"));
            case ServerMessage.Disconnected(var error) -> cut("the server ended the transport: " + text(error));
            case ServerMessage.Presence frame -> channelSerial = Optional.of(frame.channelSerial());
            case ServerMessage.Sync frame -> {}
            case ServerMessage.Closed frame -> {}
            case ServerMessage.Heartbeat frame -> {}
            case ServerMessage.AuthRequest frame -> {}
            case ServerMessage.Annotations frame -> {}
            case ServerMessage.Objects frame -> {}
            case ServerMessage.ObjectSync frame -> {}
            case ServerMessage.Unknown frame -> {}
        }
    }

    private static String text(ErrorInfo error) {
        return "%d %s".formatted(error.code(), error.message());
    }

    private void connected(ServerMessage.Connected frame) {
        sameConnection = connectionId.isEmpty() || connectionId.equals(Optional.of(frame.connectionId()));
        connectionId = Optional.of(frame.connectionId());
        if (purpose.resumes()) {
            connectionKey = Optional.of(frame.details().connectionKey());
        }
        if (purpose.channel().isPresent()) {
            send(
                    new ClientMessage.Attach(purpose.channel().get(), purpose.params(), purpose.modes(), channelSerial),
                    true);
        } else {
            ready = true;
            owner.ready(sameConnection);
        }
    }

    private void attached(ServerMessage.Attached frame) {
        boolean resumed = (frame.flags() & AttachFlag.RESUMED) != 0;
        boolean continuous = channelSerial.isEmpty() || resumed;
        if (purpose.resumes()) {
            channelSerial = Optional.of(frame.channelSerial());
        }
        ready = true;
        owner.ready(continuous);
    }

    @Override
    public void ended(String why) {
        ready = false;
        socket = Optional.empty();
        owner.ended(why);
    }
}
