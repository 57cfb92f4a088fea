/// The deterministic simulator: the real core on simulated loops, disk, network, clients and time, and
/// the checker of what clients saw. One seed is one history.
package io.hark.channel.sim;
