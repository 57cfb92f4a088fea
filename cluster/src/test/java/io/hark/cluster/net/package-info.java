/// Hosts in network namespaces for tests of what happens when a network fails.
package io.hark.cluster.net;
