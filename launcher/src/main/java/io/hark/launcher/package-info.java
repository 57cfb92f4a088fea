/// Puts a node together: configuration, wiring, start and stop. The only module that sees all others.
package io.hark.launcher;
