/// The core: a channel is a log and everyone else is a cursor on it. Step functions without threads,
/// clocks or I/O ([io.hark.channel.SlotOwner], [io.hark.channel.FrontendChannel]), the ports that they
/// need, and the loops that run them.
package io.hark.channel;
