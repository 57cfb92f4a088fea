package io.hark.protocol;

/// Value: one entry of a frame's `state` (TR4r).
public sealed interface StateEntry permits ObjectMessage, ObjectState {}
