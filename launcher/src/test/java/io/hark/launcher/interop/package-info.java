/// Official SDKs, unmodified, and plain HTTP clients against a real node.
package io.hark.launcher.interop;
