package io.hark.channel.sim;

import io.hark.channel.ChannelId;
import io.hark.channel.ChannelRouter.Answer;
import io.hark.channel.Entry;
import io.hark.channel.EntryBody;
import io.hark.channel.EntryMessages;
import io.hark.channel.MessageDetails;
import io.hark.channel.MessageQuery;
import io.hark.channel.Publish;
import io.hark.channel.Receipt;
import io.hark.protocol.Annotation;
import io.hark.protocol.AnnotationBatch;
import io.hark.protocol.Message;
import io.hark.protocol.MessageAction;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.Payload;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Messages that were published and are changed by everybody, and what becomes of them.
final class SimMessages {
    private static final int KEPT_MAX = 3;
    private static final int MESSAGE_BYTES_MAX = 65_536;

    private final Scheduler scheduler;
    private final History history;
    private final Map<ChannelId, ArrayDeque<String>> serials = new LinkedHashMap<>();

    SimMessages(Scheduler scheduler, History history) {
        this.scheduler = scheduler;
        this.history = history;
    }

    /// A publish was acknowledged.
    void stored(ToServer.Publish publish, Receipt receipt) {
        if (publish.change().isEmpty()) {
            ArrayDeque<String> ofChannel = serials.computeIfAbsent(publish.channel(), key -> new ArrayDeque<>());
            ofChannel.add(receipt.serials().getFirst());
            if (ofChannel.size() > KEPT_MAX) {
                ofChannel.remove();
            }
        }
    }

    /// What the next publish on the channel does to an earlier message, at times.
    Optional<ToServer.Change> change(ChannelId channel) {
        List<String> known = List.copyOf(serials.getOrDefault(channel, new ArrayDeque<>()));
        if (known.isEmpty() || scheduler.chance(0.6)) {
            return Optional.empty();
        }
        ToServer.What what = switch (scheduler.between(0, 9)) {
            case 0 -> ToServer.What.UPDATE;
            case 1 -> ToServer.What.DELETE;
            case 2, 3, 4 -> ToServer.What.ANNOTATE;
            default -> ToServer.What.APPEND;
        };
        return Optional.of(new ToServer.Change(scheduler.pick(known), what));
    }

    /// What a publish brings.
    static Publish.Content content(ToServer.Publish frame, Optional<String> connectionId) {
        return frame.change()
                .map(change -> content(frame.op(), connectionId, change))
                .orElseGet(() -> {
                    Message message = Message.of(
                            frame.ephemeral() ? Optional.of(ServerTransport.EPHEMERAL) : Optional.empty(),
                            Payload.text(frame.op()));
                    return new Publish.Create(
                            new MessageBatch(frame.op(), connectionId, 0, Collections.nCopies(frame.count(), message)),
                            frame.ephemeral());
                });
    }

    private static Publish.Content content(String op, Optional<String> connectionId, ToServer.Change change) {
        if (change.what() == ToServer.What.ANNOTATE) {
            Annotation annotation = Annotation.of(change.serial(), "n:multiple.v1", Optional.of("name"))
                    .withClientId(Optional.of(op));
            return new Publish.Annotate(
                    new AnnotationBatch(op, connectionId, 0, List.of(annotation)), MESSAGE_BYTES_MAX);
        }
        MessageAction action = switch (change.what()) {
            case UPDATE -> MessageAction.UPDATE;
            case DELETE -> MessageAction.DELETE;
            default -> MessageAction.APPEND;
        };
        Message message = Message.of(Optional.empty(), Payload.text(op + ' '))
                .withAction(action)
                .withSerial(change.serial(), Optional.empty());
        return new Publish.Change(
                new MessageBatch(op, connectionId, 0, List.of(message)), Optional.empty(), MESSAGE_BYTES_MAX);
    }

    /// What a client makes of an entry that it is handed.
    static void join(Entry entry, Map<String, String> texts) {
        EntryMessages.of(entry).forEach(message -> join(message, texts));
        if (entry.body() instanceof EntryBody.Version version) {
            join(version.message(), texts);
        }
    }

    private static void join(Message message, Map<String, String> texts) {
        String before = message.action() == MessageAction.APPEND
                ? texts.getOrDefault(message.serial().orElseThrow(), "(not handed)")
                : "";
        texts.put(message.serial().orElseThrow(), before + text(message));
    }

    private static String text(Message message) {
        return message.data() instanceof Payload.Text(String text) ? text : "";
    }

    /// Writes down what owners say that the messages are.
    void lookAtAll(SimNode node) {
        serials.forEach((channel, ofChannel) -> ofChannel.forEach(serial -> node.router()
                .look(new MessageQuery(channel, serial, new MessageQuery.Latest()))
                .thenAccept(answer -> {
                    if (answer instanceof Answer.Ok<MessageDetails>(var details)) {
                        history.add(new Event.OwnerText(
                                node.id(),
                                channel.name(),
                                serial,
                                text(details.messages().getFirst())));
                    }
                })));
    }
}
