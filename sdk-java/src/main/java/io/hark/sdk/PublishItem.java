package io.hark.sdk;

import io.hark.protocol.ClientMessage;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Message;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/// Confined: a publish on its way to the server.
final class PublishItem implements Outbox.Item {
    private final String channel;
    private final List<Message> messages;
    private final int bytes;
    private final ClientCore client;
    private final CompletableFuture<PublishResult> done;

    /// @param messages with ids, if the server is to recognise them when they are sent again
    PublishItem(
            String channel,
            List<Message> messages,
            int bytes,
            ClientCore client,
            CompletableFuture<PublishResult> done) {
        this.channel = channel;
        this.messages = messages;
        this.bytes = bytes;
        this.client = client;
        this.done = done;
    }

    int bytes() {
        return bytes;
    }

    @Override
    public ClientMessage frame(long msgSerial) {
        return new ClientMessage.Publish(channel, msgSerial, messages, Map.of());
    }

    @Override
    public void acknowledged(List<String> serials) {
        client.completed(bytes);
        // Whatever the application does next may wait: not on the client's loop.
        client.environment().threads().execute(() -> done.complete(new PublishResult(serials)));
    }

    @Override
    public void refused(ErrorInfo why) {
        client.completed(bytes);
        client.environment().threads().execute(() -> done.completeExceptionally(new HarkException(why)));
    }

    /// The server knows a publish again by its connection or, in another one, by its ids.
    @Override
    public boolean connectionLost() {
        boolean recognised = messages.stream().allMatch(message -> message.id().isPresent());
        if (!recognised) {
            refused(ClientErrors.connectionLost());
        }
        return recognised;
    }
}
