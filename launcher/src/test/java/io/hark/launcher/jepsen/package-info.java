/// Real node processes that are killed under load, a client that keeps the protocol as the SDKs do, and a checker of
/// what they saw that shares no code with the server but its wire format.
package io.hark.launcher.jepsen;
