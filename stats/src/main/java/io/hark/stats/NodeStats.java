package io.hark.stats;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/// Handle: what this node counts, by app. Any thread.
public final class NodeStats {
    private final Map<String, AppStats> apps = new ConcurrentHashMap<>();

    /// @param appId of an app that exists
    public AppStats of(String appId) {
        AppStats known = apps.get(appId);
        return known == null ? apps.computeIfAbsent(appId, id -> new AppStats()) : known;
    }

    public void forEach(BiConsumer<String, AppStats> each) {
        apps.forEach(each);
    }

    /// The app does not exist any more.
    public void forget(String appId) {
        apps.remove(appId);
    }
}
