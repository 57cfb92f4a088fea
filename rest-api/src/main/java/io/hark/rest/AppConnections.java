package io.hark.rest;

import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Handle: how many connections each app has on this node. Any thread.
final class AppConnections {
    private final ConcurrentHashMap<String, Integer> open = new ConcurrentHashMap<>();
    private final int max;

    /// @param max 0 for any number
    AppConnections(int max) {
        this.max = max;
    }

    /// Counts one more, which is to be given back by [#closed] exactly if this answers nothing.
    ///
    /// @return why there cannot be one more
    Optional<ErrorInfo> opened(String appId) {
        int now = open.merge(appId, 1, Integer::sum);
        if (max == 0 || now <= max) {
            return Optional.empty();
        }
        closed(appId);
        return Optional.of(ErrorCode.APP_CONNECTION_LIMIT.info(
                "app %s has %d connections, its limit on this node; close one, or raise limits.app.connectionsMax"
                        .formatted(appId, max)));
    }

    void closed(String appId) {
        open.computeIfPresent(appId, (id, count) -> count == 1 ? null : count - 1);
    }

    int of(String appId) {
        return open.getOrDefault(appId, 0);
    }
}
