/// The slots of a region as one node sees them: a replica of each that it holds, the lead of those that
/// it owns, and the route to the owners of the others.
package io.hark.slot;
