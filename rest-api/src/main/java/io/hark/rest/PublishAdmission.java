package io.hark.rest;

import com.dynatrace.hash4j.hashing.Hashing;
import io.hark.auth.App;
import io.hark.auth.Identity;
import io.hark.auth.Operation;
import io.hark.channel.ChannelId;
import io.hark.channel.Claim;
import io.hark.channel.IdHash;
import io.hark.channel.Publish;
import io.hark.protocol.Annotation;
import io.hark.protocol.ContentSize;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Message;
import io.hark.protocol.MessageAction;
import io.hark.protocol.MessageBatch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// Value: makes a [Publish] of what a client sent, or says why not. The one place for the rules that
/// hold for every publish, over REST and realtime (RSL1, RTL6). Any thread. Capability and namespace are
/// [ChannelAccess]'s business.
public final class PublishAdmission {
    /// Characters of an id; one that is longer is refused with 40031.
    static final int ID_CHARS_MAX = 1_024;

    /// Characters of an encoding; one that is longer is refused with 40013.
    static final int ENCODING_CHARS_MAX = 1_024;

    private static final String EPHEMERAL = "ephemeral";
    private static final String PRIVILEGED = "privileged";

    /// Set by servers: subscribers would take the data for a difference to an earlier message.
    private static final String DELTA = "delta";

    private static final byte CLIENT_ID_OF_ONE = 1;
    private static final byte CLIENT_ID_OF_SEVERAL = 2;
    static final byte FRAME_ID = 3;

    private final PublishLimits limits;
    private final ObjectAdmission objects;
    private final ChannelPolicies policies;

    public PublishAdmission(PublishLimits limits, ChannelPolicies policies) {
        this.limits = limits;
        this.policies = policies;
        this.objects = new ObjectAdmission(limits, policies);
    }

    /// The same for operations on objects.
    public ObjectAdmission objects() {
        return objects;
    }

    /// Value: what is to be published, by whom.
    ///
    /// @param publisher         the publishing connection; empty over REST
    /// @param frameId           the base of ids when the messages bring none: `connectionId:msgSerial`,
    ///                          or a random text
    /// @param frameIdentity     identity for dedupe when the messages bring no ids; made of `frameId` when
    ///                          empty
    /// @param mayRepeat         whether a publish with this `frameIdentity` may have been sent before
    /// @param ephemeralAll      whether the request as a whole is marked ephemeral
    /// @param permits           what the capability allows on the channel beside what is asked for
    /// @param connections       whom a `connectionKey` in a message belongs to; not asked when there is a
    ///                          publisher
    public record Request(
            App app,
            ChannelId channel,
            Identity identity,
            Optional<Claim> publisher,
            List<Message> messages,
            String frameId,
            Optional<IdHash> frameIdentity,
            boolean mayRepeat,
            boolean ephemeralAll,
            Predicate<Operation> permits,
            LiveConnections connections) {}

    /// The publish for the router, or an error for the client.
    public sealed interface Result {
        record Admitted(Publish publish) implements Result {}

        /// Nothing of it is to be published.
        record Refused(ErrorInfo error) implements Result {}
    }

    private record Sender(Optional<String> connectionId, Identity identity) {}

    /// What identifies the publish: the ids that the client gave, else its frame.
    record Ids(String base, Optional<IdHash> hash, boolean mayRepeat) {}

    /// Value: annotations to be put on a message, by whom; else as in [Request].
    public record AnnotationRequest(
            App app,
            ChannelId channel,
            Identity identity,
            Optional<Claim> publisher,
            List<Annotation> annotations,
            String frameId,
            Optional<IdHash> frameIdentity,
            boolean mayRepeat) {}

    /// @return admitted, or why not: 93002 where messages do not change
    public Result admit(AnnotationRequest request) {
        try {
            Ids ids = AnnotationAdmission.ids(request);
            return new Result.Admitted(new Publish(
                    request.channel(),
                    ids.hash().stream().toList(),
                    ids.mayRepeat(),
                    request.publisher(),
                    AnnotationAdmission.content(request, limits),
                    policies.of(request.app(), request.channel().name())));
        } catch (Refusal refusal) {
            return new Result.Refused(refusal.error());
        }
    }

    public Result admit(Request request) {
        try {
            checkBounds(request.messages());
            Sender sender = sender(request);
            if (ChangeAdmission.isChange(request.messages())) {
                return new Result.Admitted(change(request, sender));
            }
            Ids ids = ids(request);
            boolean ephemeral = isEphemeral(request);
            List<Message> admitted = new ArrayList<>(request.messages().size());
            for (Message message : request.messages()) {
                admitted.add(admitted(message, sender.identity(), request));
            }
            return new Result.Admitted(new Publish(
                    request.channel(),
                    ephemeral ? Optional.empty() : ids.hash(),
                    ids.mayRepeat(),
                    request.publisher(),
                    new MessageBatch(ids.base(), sender.connectionId(), 0, admitted),
                    policies.of(request.app(), request.channel().name()),
                    ephemeral));
        } catch (Refusal refusal) {
            return new Result.Refused(refusal.error());
        }
    }

    private Publish change(Request request, Sender sender) throws Refusal {
        // A message that was received is given back with its id, which is the original's and not that of the change.
        IdHash identity = request.frameIdentity().orElseGet(() -> hash(FRAME_ID, request.frameId()));
        return new Publish(
                request.channel(),
                List.of(identity),
                request.mayRepeat(),
                request.publisher(),
                ChangeAdmission.content(request, sender.connectionId(), sender.identity(), limits),
                policies.of(request.app(), request.channel().name()));
    }

    private void checkBounds(List<Message> messages) throws Refusal {
        if (messages.isEmpty()) {
            throw new Refusal(ErrorCode.INVALID_PUBLISH, "there is no message in this publish");
        }
        if (messages.size() > limits.messagesMax()) {
            throw new Refusal(
                    ErrorCode.TOO_MANY_MESSAGES,
                    "%d messages in one publish, the limit is %d; send fewer at once"
                            .formatted(messages.size(), limits.messagesMax()));
        }
        long bytes = 0;
        for (Message message : messages) {
            bytes += ContentSize.of(message);
            if (message.encoding().orElse("").length() > ENCODING_CHARS_MAX) {
                throw new Refusal(
                        ErrorCode.INVALID_MESSAGE_DATA,
                        "the encoding is %d characters long, the limit is %d"
                                .formatted(message.encoding().get().length(), ENCODING_CHARS_MAX));
            }
        }
        if (bytes > limits.bytesMax()) {
            throw new Refusal(
                    ErrorCode.MESSAGE_TOO_LARGE,
                    "the publish is %d bytes, the limit is %d; split it".formatted(bytes, limits.bytesMax()));
        }
    }

    /// The size of a publish: what its limit is for.
    public static long bytes(Publish publish) {
        return switch (publish.content()) {
            case Publish.Create create -> bytes(create.batch());
            case Publish.Change change -> bytes(change.batch());
            case Publish.Annotate annotate ->
                annotate.batch().annotations().stream()
                        .mapToLong(ContentSize::of)
                        .sum();
        };
    }

    private static long bytes(MessageBatch batch) {
        return batch.messages().stream().mapToLong(ContentSize::of).sum();
    }

    private static Sender sender(Request request) throws Refusal {
        Optional<String> key = request.messages().getFirst().connectionKey();
        if (request.publisher().isPresent()) {
            return new Sender(request.publisher().map(Claim::connectionId), request.identity());
        }
        for (Message message : request.messages()) {
            if (!message.connectionKey().equals(key)) {
                throw new Refusal(
                        ErrorCode.INVALID_CONNECTION_KEY_IN_MESSAGE,
                        "all messages of a publish must have the same connectionKey, or none");
            }
        }
        if (key.isEmpty()) {
            return new Sender(Optional.empty(), request.identity());
        }
        LiveConnections.Publisher publisher = request.connections()
                .withKey(request.app().id(), key.get())
                .orElseThrow(() -> new Refusal(
                        ErrorCode.INVALID_CONNECTION_KEY_IN_MESSAGE,
                        "there is no connection with this connectionKey now"));
        Identity identity =
                publisher.clientId().isEmpty() ? request.identity() : new Identity(publisher.clientId(), false);
        return new Sender(Optional.of(publisher.connectionId()), identity);
    }

    private static Ids ids(Request request) throws Refusal {
        List<Message> messages = request.messages();
        if (!haveIds(messages)) {
            // Without an identity from its connection it has one all the same: an owner that takes over from another is
            // asked again.
            IdHash identity = request.frameIdentity().orElseGet(() -> hash(FRAME_ID, request.frameId()));
            return new Ids(request.frameId(), Optional.of(identity), request.mayRepeat());
        }
        String first = messages.getFirst().id().orElse("");
        if (first.isEmpty() || first.length() > ID_CHARS_MAX) {
            throw new Refusal(
                    ErrorCode.INVALID_MESSAGE_ID,
                    "a message id has 1 to %d characters, the first one has %d"
                            .formatted(ID_CHARS_MAX, first.length()));
        }
        if (messages.size() == 1) {
            // The whole text counts, also when it ends in `:0`: ids like `order:1` and `order:2` are
            // different messages.
            return new Ids(first, Optional.of(hash(CLIENT_ID_OF_ONE, first)), true);
        }
        String base = first.substring(0, Math.max(0, first.lastIndexOf(':')));
        for (int index = 0; index < messages.size(); index++) {
            Optional<String> expected = Optional.of(base + ':' + index);
            if (base.isEmpty() || !messages.get(index).id().equals(expected)) {
                throw new Refusal(
                        ErrorCode.INVALID_MESSAGE_ID,
                        "the ids of several messages are <base>:<index>, counted from 0, or all left out; message %d has %s"
                                .formatted(
                                        index,
                                        messages.get(index)
                                                .id()
                                                .map("'%s'"::formatted)
                                                .orElse("none")));
            }
        }
        return new Ids(base, Optional.of(hash(CLIENT_ID_OF_SEVERAL, base)), true);
    }

    private static boolean haveIds(List<Message> messages) {
        for (Message message : messages) {
            if (message.id().isPresent()) {
                return true;
            }
        }
        return false;
    }

    static IdHash hash(byte kind, String id) {
        return IdHash.of(Hashing.xxh3_128().hashStream().putByte(kind).putString(id));
    }

    private static boolean isEphemeral(Request request) throws Refusal {
        int marked = 0;
        for (Message message : request.messages()) {
            marked += message.isEphemeral() ? 1 : 0;
        }
        if (!request.ephemeralAll()
                && marked != 0
                && marked != request.messages().size()) {
            throw new Refusal(
                    ErrorCode.INVALID_PUBLISH,
                    "%d of %d messages are ephemeral; publish them apart from the others"
                            .formatted(marked, request.messages().size()));
        }
        return request.ephemeralAll() || marked != 0;
    }

    /// The message without what only the server may say of it.
    private static Message admitted(Message message, Identity identity, Request request) throws Refusal {
        checkPrivileged(message, request);
        return new Message(
                message.id(),
                message.name(),
                message.data(),
                message.encoding(),
                Refusal.orThrow(identity.checkClientId(message.clientId())),
                Optional.empty(),
                Optional.empty(),
                0,
                extras(message, request.ephemeralAll()),
                MessageAction.CREATE,
                Optional.empty(),
                Optional.empty(),
                Map.of());
    }

    static void checkPrivileged(Message message, Request request) throws Refusal {
        if (message.extras().containsKey(PRIVILEGED) && !request.permits().test(Operation.PRIVILEGED_HEADERS)) {
            throw new Refusal(
                    ErrorCode.CAPABILITY_REFUSED, "extras.privileged needs the capability privileged-headers");
        }
    }

    static Map<String, Object> extras(Message message, boolean ephemeral) {
        boolean delta = message.extras().containsKey(DELTA);
        if (!delta && (!ephemeral || message.isEphemeral())) {
            return message.extras();
        }
        Map<String, Object> extras = new LinkedHashMap<>(message.extras());
        extras.remove(DELTA);
        if (ephemeral) {
            extras.put(EPHEMERAL, true);
        }
        return Collections.unmodifiableMap(extras);
    }
}
