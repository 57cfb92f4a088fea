package io.hark.loadtest;

/// Value: one number that a run has to tell.
///
/// @param key   its name in JSON
/// @param label its name for people
/// @param unit  empty for none
record Figure(String key, String label, String unit, double value) {}
