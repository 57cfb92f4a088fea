/// A node under load that hurts: slow readers, very many idle clients, hostile bytes. The long forms print
/// figures.
package io.hark.launcher.load;
