/// The live objects of a channel, maps and counters that refer to each other: how operations change
/// them, so that everybody who has seen the same operations has the same objects. No threads, no
/// clocks, no I/O.
package io.hark.objects;
