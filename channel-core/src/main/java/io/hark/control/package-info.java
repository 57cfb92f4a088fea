/// What a region agrees on: which nodes live, who owns each slot in which epoch, who replicates it, which apps
/// exist. A
/// pure state machine, the port of the log that feeds it, and the planner that proposes what should change.
package io.hark.control;
