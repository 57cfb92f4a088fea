/// Which nodes of a region are there, as far as one of them can see: discovery and failure detection on
/// JGroups. A hint, on which nothing may rest that must be agreed.
package io.hark.cluster.membership;
