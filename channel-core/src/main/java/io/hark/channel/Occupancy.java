package io.hark.channel;

/// Value: how many attachments a channel has, by what they may do (CHM2).
public record Occupancy(
        int connections, int publishers, int subscribers, int presenceConnections, int presenceSubscribers) {
    public static final Occupancy NONE = new Occupancy(0, 0, 0, 0, 0);

    public Occupancy plus(Occupancy other) {
        return new Occupancy(
                connections + other.connections,
                publishers + other.publishers,
                subscribers + other.subscribers,
                presenceConnections + other.presenceConnections,
                presenceSubscribers + other.presenceSubscribers);
    }
}
