package io.hark.rest;

import io.hark.auth.Grant;
import io.hark.channel.ChannelId;
import io.hark.channel.Publish;
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

    /// The claim is on new messages; who changes one leaves its extras as they are.
    ///
    /// @param publish whose messages have no claim, as their extras were checked
    public static Publish on(Publish publish, Grant grant) {
        Optional<String> claim = of(grant, publish.channel());
        if (claim.isEmpty() || !(publish.content() instanceof Publish.Create(var batch, boolean ephemeral))) {
            return publish;
        }
        List<Message> claimed = batch.messages().stream()
                .map(message -> message.withExtras(with(message.extras(), claim)))
                .toList();
        return new Publish(
                publish.channel(),
                publish.ids(),
                publish.mayRepeat(),
                publish.publisher(),
                new Publish.Create(batch.with(claimed), ephemeral),
                publish.policy());
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
