package io.hark.push;

import java.net.URI;
import java.security.PrivateKey;
import java.util.Map;
import java.util.Optional;

/// Value: by what an app is known to the services of others.
public record PushCredentials(Optional<Fcm> fcm, Optional<Apns> apns) {
    public static final PushCredentials NONE = new PushCredentials(Optional.empty(), Optional.empty());

    /// A service account of a Firebase project.
    public record Fcm(String projectId, String email, PrivateKey key, URI tokenUri, URI endpoint) {
        /// @param json     the file of the service account
        /// @param endpoint of FCM
        /// @throws IllegalArgumentException for anything else
        public static Fcm of(String json, URI endpoint) {
            Map<String, Object> account =
                    Trees.parse(json).orElseThrow(() -> new IllegalArgumentException("it is not a JSON object"));
            return new Fcm(
                    member(account, "project_id"),
                    member(account, "client_email"),
                    Pem.privateKey(member(account, "private_key"), "RSA"),
                    Recipient.url(member(account, "token_uri"))
                            .orElseThrow(() -> new IllegalArgumentException("token_uri is no URL")),
                    endpoint);
        }

        private static String member(Map<String, Object> account, String name) {
            return Trees.textIn(account, name)
                    .orElseThrow(() -> new IllegalArgumentException("it lacks %s".formatted(name)));
        }

        @Override
        public String toString() {
            return "Fcm[" + projectId + "]";
        }
    }

    /// A signing key of an Apple developer's team.
    ///
    /// @param topic the app's bundle id
    public record Apns(PrivateKey key, String keyId, String teamId, String topic, URI endpoint) {
        /// @param pem the key's file (.p8)
        /// @throws IllegalArgumentException for anything else
        public static Apns of(String pem, String keyId, String teamId, String topic, URI endpoint) {
            return new Apns(Pem.privateKey(pem, "EC"), keyId, teamId, topic, endpoint);
        }

        @Override
        public String toString() {
            return "Apns[" + topic + "]";
        }
    }
}
