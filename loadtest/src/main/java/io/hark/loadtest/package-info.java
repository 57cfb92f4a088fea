/// The load generator: connections that are cheap enough to have thousands of, messages that are
/// due on a schedule whatever the server does, and an account of each of them.
package io.hark.loadtest;
