/// The channel log on RocksDB: one writer thread that joins appends of all slots into one batch, a few reader
/// threads,
/// and rows that expire by whole time segments. [io.hark.history.RocksHistoryStore] is the way in.
package io.hark.history;
