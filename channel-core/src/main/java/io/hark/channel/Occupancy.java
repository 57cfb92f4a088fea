package io.hark.channel;

/// Value: how many attachments a channel has, by what they may do (CHM2).
///
/// @param watchers those that want to be told of it
public record Occupancy(
        int connections,
        int publishers,
        int subscribers,
        int presenceConnections,
        int presenceSubscribers,
        int objectPublishers,
        int objectSubscribers,
        int watchers) {
    public static final Occupancy NONE = new Occupancy(0, 0, 0, 0, 0, 0, 0, 0);

    public Occupancy plus(Occupancy other) {
        return new Occupancy(
                connections + other.connections,
                publishers + other.publishers,
                subscribers + other.subscribers,
                presenceConnections + other.presenceConnections,
                presenceSubscribers + other.presenceSubscribers,
                objectPublishers + other.objectPublishers,
                objectSubscribers + other.objectSubscribers,
                watchers + other.watchers);
    }

    /// What goes when that comes again.
    public Occupancy negated() {
        return new Occupancy(
                -connections,
                -publishers,
                -subscribers,
                -presenceConnections,
                -presenceSubscribers,
                -objectPublishers,
                -objectSubscribers,
                -watchers);
    }
}
