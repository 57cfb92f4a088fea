/// Real node processes under load and faults, clients that keep the protocol as the SDKs do, and a checker of
/// what they saw that shares no code with the server but its wire format.
package io.hark.jepsen;
