package io.hark.jepsen;

import io.hark.protocol.AttachFlag;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Message;
import io.hark.protocol.ServerMessage;
import java.util.List;
import java.util.Optional;

/// Confined to its client's loop: writes what one client sees into the history.
final class RecordingListener implements ClientListener {
    private final int client;
    private final Load load;
    private final History.Recorder history;
    private final Progress progress;

    RecordingListener(int client, Load load, History.Recorder history, Progress progress) {
        this.client = client;
        this.load = load;
        this.history = history;
        this.progress = progress;
    }

    @Override
    public void connected(int node, boolean first, boolean resumed) {
        history.record(micros -> new Event.Connected(micros, client, node, first, resumed));
    }

    @Override
    public void disconnected(Optional<ErrorInfo> reason) {
        progress.attached(client, false);
        history.record(micros -> new Event.Disconnected(
                micros, client, reason.map(ErrorInfo::code).orElse(0)));
    }

    @Override
    public void attached(ServerMessage.Attached attached, Optional<String> sent) {
        progress.attached(client, true);
        history.record(micros -> new Event.Attached(
                micros,
                client,
                load.channelNumber(attached.channel()),
                (attached.flags() & AttachFlag.RESUMED) != 0,
                sent.map(MessageKey::hash).orElse(Event.NONE),
                MessageKey.hash(attached.channelSerial()),
                attached.error().map(ErrorInfo::code).orElse(0)));
    }

    @Override
    public void received(ServerMessage.Messages frame) {
        int channel = load.channelNumber(frame.channel());
        for (Message message : frame.messages()) {
            long key = key(message);
            history.record(micros -> new Event.Received(
                    micros,
                    client,
                    channel,
                    key,
                    message.serial().map(MessageKey::hash).orElse(Event.NONE),
                    MessageKey.hash(frame.channelSerial())));
            progress.received(client, key);
        }
    }

    /// The message's name is what it is known by.
    static long key(Message message) {
        return message.name().map(MessageKey::parse).orElse(MessageKey.FOREIGN);
    }

    @Override
    public void reissued(Outgoing outgoing) {
        if (outgoing instanceof Outgoing.OfMessage(String channel, Message message)) {
            history.record(micros -> new Event.Reissued(micros, key(message)));
        }
    }

    @Override
    public void accepted(Outgoing outgoing, List<String> serials) {
        if (outgoing instanceof Outgoing.OfMessage(String channel, Message message)) {
            long serial = serials.isEmpty() ? Event.NONE : MessageKey.hash(serials.getFirst());
            history.record(micros -> new Event.Accepted(micros, key(message), serial));
            progress.answered();
        }
    }

    @Override
    public void refused(Outgoing outgoing, ErrorInfo error) {
        switch (outgoing) {
            case Outgoing.OfMessage(String channel, Message message) -> {
                history.record(micros -> new Event.Refused(micros, key(message), error.code()));
                progress.answered();
            }
            case Outgoing.OfPresence(String channel, var presence) ->
                violated("presence on %s was refused: %s".formatted(channel, error));
        }
    }

    @Override
    public void failed(Optional<String> channel, ErrorInfo error) {
        violated("%s failed: %s".formatted(channel.orElse("the connection"), error));
    }

    @Override
    public void violated(String rule) {
        history.record(micros -> new Event.Violated(micros, client, rule));
    }
}
