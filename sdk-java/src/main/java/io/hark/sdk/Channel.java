package io.hark.sdk;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/// Handle: a channel of a client. Any thread; costs nothing until something is done with it.
///
/// @param <T> what its messages carry, as the channel's [Codec] reads and writes it
public final class Channel<T> {
    private final String name;
    private final Codec<T> codec;
    private final ClientCore core;
    private final HarkRest rest;

    Channel(String name, Codec<T> codec, ClientCore core, HarkRest rest) {
        this.name = Objects.requireNonNull(name, "name");
        this.codec = Objects.requireNonNull(codec, "codec");
        this.core = core;
        this.rest = rest;
    }

    public String name() {
        return name;
    }

    /// Publishes a message with a name.
    ///
    /// @return as [#publishAll]
    public CompletableFuture<PublishResult> publish(String messageName, T data) {
        return publishAll(List.of(Draft.of(messageName, data)));
    }

    /// @return as [#publishAll]
    public CompletableFuture<PublishResult> publish(Draft<T> draft) {
        return publishAll(List.of(draft));
    }

    /// Publishes the messages as one: they are stored and delivered together, or none is. Publishes of
    /// one client on a channel keep their order. Each is stored once, however often it has to be sent.
    ///
    /// @return completes when the server has stored it. Fails with [HarkException]: 42910 when too many
    ///         are waiting; 50003 when it was sent and no answer came for so long that it cannot be
    ///         sent again: it may be stored. Otherwise a publish that failed was not stored
    public CompletableFuture<PublishResult> publishAll(List<Draft<T>> drafts) {
        List<io.hark.protocol.Message> messages =
                drafts.stream().map(draft -> draft.encoded(codec)).toList();
        return core.publish(name, core.options().idempotent() ? core.ids().given(messages) : messages);
    }

    /// Publishes, and waits until the server has stored it.
    ///
    /// @throws HarkException as [#publishAll] fails
    public PublishResult publishBlocking(String messageName, T data) throws InterruptedException {
        return Waiting.on(publish(messageName, data));
    }

    /// The channel's messages from now on: [#messages(From)].
    public Flow.Publisher<Delivery<T>> messages() {
        return messages(From.now());
    }

    /// The channel's messages. Each subscriber has a place and a pace of its own: one that is slow
    /// holds up nobody, loses nothing that the server keeps, and costs no more memory than its buffer
    /// ([Limits]).
    ///
    /// It goes on over lost connections, for however long, and ends when the subscriber cancels it or
    /// the client is closed. It fails with [HarkException] when the server refuses the channel.
    public Flow.Publisher<Delivery<T>> messages(From from) {
        return subscriber -> {
            Objects.requireNonNull(subscriber, "subscriber");
            core.loop().execute(() -> core.channel(name).subscribe(from, codec, subscriber));
        };
    }

    /// The channel's messages for a thread that waits for them: best a virtual one.
    public MessageReader<T> reader(From from) {
        MessageReader<T> reader = new MessageReader<>();
        messages(from).subscribe(reader.subscriber());
        return reader;
    }

    /// What is stored of the channel.
    public Pages<Message<T>> history(HistoryQuery query) {
        return rest.channel(name, codec).history(query);
    }

    public Presence<T> presence() {
        return new Presence<>(name, codec, core);
    }
}
