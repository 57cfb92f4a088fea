package io.hark.push;

import io.hark.auth.Outcome;
import java.net.URI;
import java.util.concurrent.CompletionStage;

/// Port: channels of this server, as a client with a key sees them.
public interface OwnChannels {
    /// Whether the URL leads to this node.
    boolean isOwn(URI url);

    /// Publishes a message with text.
    ///
    /// @param id by which a repeat is recognised
    CompletionStage<Outcome<Boolean>> publish(String key, String channel, String id, String name, String text);
}
