/// What a region agrees on, in a Raft log on Apache Ratis, and the controller that plans for the region while
/// it leads.
package io.hark.cluster.control;
