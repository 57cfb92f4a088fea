package io.hark.auth;

import io.hark.protocol.MalformedFrame;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Makes the apps that test suites ask for (`POST /apps`). Any thread. Stores nothing: that the app can
/// be found, and that its id was not taken, is up to the caller.
public final class AppProvisioner {
    /// How long a provisioned app is said to live.
    public static final Duration LIFETIME = Duration.ofMinutes(60);

    private static final String ACCOUNT_ID = "hark";

    private final Secrets secrets;

    public AppProvisioner(SecureRandom random) {
        this.secrets = new Secrets(random);
    }

    /// @param request the body as a tree; members unknown are ignored, those of the reply among them
    /// @return refused with 40000, naming the place, when the request is malformed
    public Outcome<ProvisionedApp> provision(Map<String, Object> request, Instant now) {
        try {
            return Outcome.ok(read(Tree.of("request", request), now.truncatedTo(ChronoUnit.MILLIS)));
        } catch (MalformedFrame e) {
            return Outcome.refused(e.info());
        }
    }

    private ProvisionedApp read(Tree request, Instant created) throws MalformedFrame {
        String appId = secrets.id();
        List<ApiKey> keys = new ArrayList<>();
        for (Tree key : request.trees("keys", AppTrees.KEYS_MAX)) {
            keys.add(newKey(appId, AppTrees.readCapability(key), key.flag("revocableTokens", false)));
        }
        if (keys.isEmpty()) {
            keys.add(newKey(appId, Capability.DEFAULT, false));
        }
        App app = new App(
                appId,
                true,
                request.flag("tlsOnly", false),
                keys,
                AppTrees.readNamespaces(request),
                AppTrees.readPresenceMembersMax(request));
        return new ProvisionedApp(app, AppTrees.readChannels(request), created);
    }

    private ApiKey newKey(String appId, Capability capability, boolean revocableTokens) {
        return new ApiKey(appId, secrets.id(), secrets.secret(), capability, revocableTokens, true);
    }

    /// The body of the reply; the caller may add `endpoint`, `port` and `tls`. It holds the keys' secrets.
    public static Map<String, Object> response(ProvisionedApp provisioned) {
        App app = provisioned.app();
        long created = provisioned.created().toEpochMilli();
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("appId", app.id());
        tree.put("id", ACCOUNT_ID + ":" + app.id());
        tree.put("accountId", ACCOUNT_ID);
        tree.put("status", 1);
        tree.put("tlsOnly", app.tlsOnly());
        tree.put("labels", "autodelete");
        tree.put("keys", app.keys().stream().map(key -> key(key, created)).toList());
        tree.put(
                "namespaces",
                AppTrees.namespaces(app).stream()
                        .map(rules -> stamped(rules, created))
                        .toList());
        tree.put("connections", connections(app));
        tree.put(
                "channels",
                provisioned.channels().stream().map(AppTrees::channel).toList());
        return stamped(tree, created);
    }

    private static Map<String, Object> key(ApiKey key, long created) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("id", key.keyId());
        tree.put("keyName", key.name());
        tree.put("keySecret", key.secret());
        tree.put("keyStr", key.text());
        tree.put("value", key.secret());
        tree.put("capability", key.capability().canonical());
        tree.put("revocableTokens", key.revocableTokens());
        tree.put("scopeId", key.appId());
        tree.put("status", 0);
        tree.put("type", 0);
        tree.put("privileged", false);
        tree.put("expires", created + LIFETIME.toMillis());
        return stamped(tree, created);
    }

    private static List<Map<String, Object>> connections(App app) {
        return app.keys().stream()
                .limit(1)
                .map(key -> Map.<String, Object>of("name", "sole", "key", key.text()))
                .toList();
    }

    private static Map<String, Object> stamped(Map<String, Object> tree, long created) {
        tree.put("created", created);
        tree.put("modified", created);
        return tree;
    }
}
