/// The links between the nodes of a region: one gRPC stream for each pair of nodes, over which both
/// prove that they know the cluster's secret before anything else is heard.
package io.hark.cluster.link;
