package io.hark.frontend;

import io.hark.channel.ChannelId;
import io.hark.channel.ChannelPolicy;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// Confined: a transport's place among those of its connection. Nothing that an older one received may overtake what a
/// newer one receives, so each waits until the one before has ended, and one that is displaced while it waits has
/// its successor wait for the same.
final class Succession {
    private boolean awaitsOlder;
    private Optional<Consumer<Map<ChannelId, ChannelPolicy>>> successor = Optional.empty();

    /// This transport waits for the one before.
    void await() {
        awaitsOlder = true;
    }

    /// The one before has ended.
    ///
    /// @param presentOn channels with members of the connection
    /// @param then      runs with them unless this transport has been displaced meanwhile
    void olderEnded(Map<ChannelId, ChannelPolicy> presentOn, Consumer<Map<ChannelId, ChannelPolicy>> then) {
        awaitsOlder = false;
        successor.orElse(then).accept(presentOn);
    }

    /// This transport, which has ended, has a successor; it goes on once nothing of those before it can reach an
    /// owner any more.
    void displaced(Map<ChannelId, ChannelPolicy> presentOn, Consumer<Map<ChannelId, ChannelPolicy>> next) {
        if (awaitsOlder) {
            successor = Optional.of(next);
        } else {
            next.accept(presentOn);
        }
    }
}
