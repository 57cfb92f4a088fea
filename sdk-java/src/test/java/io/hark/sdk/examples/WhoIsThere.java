package io.hark.sdk.examples;

import io.hark.sdk.Codec;
import io.hark.sdk.Credentials;
import io.hark.sdk.HarkClient;
import io.hark.sdk.HarkOptions;
import io.hark.sdk.HarkRest;
import io.hark.sdk.Member;
import io.hark.sdk.Presence;
import io.hark.sdk.TokenParams;
import java.time.Duration;
import java.util.function.Consumer;

/// A client that has no key but tokens of an hour, one after another, and is present. A real one asks
/// its own server for them, which knows who it is and has the key.
public final class WhoIsThere {
    private WhoIsThere() {}

    public static void main(String[] args) {
        run(args[0], args[1], System.out::println);
    }

    public static void run(String endpoint, String key, Consumer<String> out) {
        HarkRest tokenServer = HarkRest.create(HarkOptions.of(endpoint, Credentials.key(key)));
        TokenParams forAnn = TokenParams.DEFAULTS.withClientId("ann").withTtl(Duration.ofHours(1));
        Credentials tokens =
                Credentials.source(() -> tokenServer.requestToken(forAnn).get());
        try (HarkClient client =
                HarkClient.connect(HarkOptions.of(endpoint, tokens).withClientId("ann"))) {
            Presence<String> lobby = client.channel("lobby", Codec.text()).presence();
            lobby.enter("reading").join();
            for (Member<String> member : lobby.members().join()) {
                out.accept(member.clientId() + " is " + member.data().orElse("there"));
            }
        }
    }
}
