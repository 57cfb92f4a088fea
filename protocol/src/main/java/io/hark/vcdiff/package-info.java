/// Differences between byte strings in the format VCDIFF (RFC 3284), which delta-compressed channels
/// carry.
package io.hark.vcdiff;
