package io.hark.channel;

import io.hark.objects.ObjectPath;
import java.util.Optional;

/// Value: asks for a page of a channel's objects as they are at one moment.
///
/// @param scope    which of them; empty for all
/// @param snapshot the moment's number, as the first page has told it; 0 for now
/// @param from     empty text for the first page, then the `next` of the page before
public record ObjectsQuery(ChannelId channel, Optional<Scope> scope, long snapshot, String from) {
    /// What can be reached from the end of a path, and the way there.
    ///
    /// @param start the object that the path begins at
    public record Scope(String start, ObjectPath path) {}

    public static ObjectsQuery all(ChannelId channel) {
        return new ObjectsQuery(channel, Optional.empty(), 0, "");
    }

    public static ObjectsQuery of(ChannelId channel, Scope scope) {
        return new ObjectsQuery(channel, Optional.of(scope), 0, "");
    }

    /// Asks for what follows the page.
    public ObjectsQuery after(ObjectsPage page) {
        return new ObjectsQuery(channel, scope, page.snapshot(), page.next());
    }
}
