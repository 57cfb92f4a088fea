package io.hark.rest;

import io.hark.auth.Grant;
import io.hark.channel.ChannelId;
import io.hark.channel.Publish;
import io.hark.protocol.Annotation;
import io.hark.protocol.AnnotationBatch;
import io.hark.protocol.Message;
import io.hark.protocol.PresenceMessage;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Puts what a token's issuer vouches for about its user into what the user sends, as `extras.userClaim`. No user
/// can say it of himself.
public final class UserClaim {
    private static final String MEMBER = "userClaim";

    private UserClaim() {}

    /// What the grant says of its user on the channel.
    public static Optional<String> of(Grant grant, ChannelId channel) {
        return grant.terms().userClaims().on(channel.name());
    }

    /// What the extras of a stored message say of its author.
    static Optional<String> in(Map<String, Object> extras) {
        return extras.get(MEMBER) instanceof String claim ? Optional.of(claim) : Optional.empty();
    }

    /// The claim is on new messages and on annotations; who changes a message leaves its claim as it is.
    public static Publish on(Publish publish, Grant grant) {
        Optional<String> claim = of(grant, publish.channel());
        return switch (publish.content()) {
            // As their extras were checked, messages have no claim.
            case Publish.Create(var batch, boolean ephemeral)
            when claim.isPresent() -> {
                List<Message> claimed = batch.messages().stream()
                        .map(message -> message.withExtras(with(message.extras(), claim)))
                        .toList();
                yield with(publish, new Publish.Create(batch.with(claimed), ephemeral));
            }
            case Publish.Annotate(var batch, int bytesMax)
            when isToldIn(batch, claim) -> {
                List<Annotation> claimed = batch.annotations().stream()
                        .map(annotation -> annotation.withExtras(with(annotation.extras(), claim)))
                        .toList();
                yield with(publish, new Publish.Annotate(batch.with(claimed), bytesMax));
            }
            default -> publish;
        };
    }

    private static boolean isToldIn(AnnotationBatch batch, Optional<String> claim) {
        return claim.isPresent()
                || batch.annotations().stream()
                        .anyMatch(annotation -> annotation.extras().containsKey(MEMBER));
    }

    private static Publish with(Publish publish, Publish.Content content) {
        return new Publish(
                publish.channel(), publish.ids(), publish.mayRepeat(), publish.publisher(), content, publish.policy());
    }

    /// @param claim takes the place of one that the event may have brought itself
    public static PresenceMessage on(PresenceMessage event, Optional<String> claim) {
        return claim.isEmpty() && !event.extras().containsKey(MEMBER)
                ? event
                : new PresenceMessage(
                        event.action(),
                        event.id(),
                        event.clientId(),
                        event.connectionId(),
                        event.timestamp(),
                        event.data(),
                        event.encoding(),
                        with(event.extras(), claim));
    }

    private static Map<String, Object> with(Map<String, Object> extras, Optional<String> claim) {
        Map<String, Object> changed = new LinkedHashMap<>(extras);
        changed.remove(MEMBER);
        claim.ifPresent(value -> changed.put(MEMBER, value));
        return Collections.unmodifiableMap(changed);
    }
}
