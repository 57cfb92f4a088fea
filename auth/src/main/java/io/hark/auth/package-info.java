/// Who may do what on which channels: apps, keys, tokens, capabilities, identities. Values and pure
/// decisions: time, apps and randomness come in from outside, refusals go out as values.
package io.hark.auth;
