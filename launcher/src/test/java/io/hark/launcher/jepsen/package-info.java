/// Real node processes, and a client that keeps the protocol as the SDKs do and shares no code with the
/// server but its wire format. What checks histories is in the module `jepsen`.
package io.hark.launcher.jepsen;
