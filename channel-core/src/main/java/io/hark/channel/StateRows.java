package io.hark.channel;

/// Blocking: rows of a channel's state, from the point of view of whoever asks.
interface StateRows {
    StatePage page(StateQuery query) throws DamagedEntry;
}
