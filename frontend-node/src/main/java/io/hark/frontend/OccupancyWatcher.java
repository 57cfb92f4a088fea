package io.hark.frontend;

/// Somebody who wants to be told of a channel's occupancy. Called on the loop of its channel.
interface OccupancyWatcher {
    void occupied(OccupancyNotice notice);
}
