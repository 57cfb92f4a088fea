package io.hark.auth;

import io.hark.protocol.MalformedFrame;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// Value: an app as it is stored: with its members that are always present.
///
/// @param created at millisecond precision
public record ProvisionedApp(App app, List<ChannelFixture> channels, Instant created) {
    public ProvisionedApp {
        channels = List.copyOf(channels);
    }

    /// A JSON tree from which [#fromTree] makes an equal value. It holds the keys' secrets.
    public Map<String, Object> toTree() {
        return AppTrees.stored(this);
    }

    /// @return refused with 40000, naming the place, when the tree is not such a one
    public static Outcome<ProvisionedApp> fromTree(Map<String, Object> tree) {
        try {
            return Outcome.ok(AppTrees.fromStored(Tree.of("app", tree)));
        } catch (MalformedFrame e) {
            return Outcome.refused(e.info());
        }
    }
}
