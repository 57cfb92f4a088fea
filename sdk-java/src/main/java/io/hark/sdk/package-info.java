/// The Java client of a Hark server, and of any server that speaks Ably's protocol: [HarkClient] is
/// where to begin.
package io.hark.sdk;
