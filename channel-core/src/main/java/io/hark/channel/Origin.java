package io.hark.channel;

/// Value: who gave an entry its number: a region, and which life of it. A region that lost data opens a
/// new lineage, so that its numbers are never used twice.
///
/// @param region  1 to 16 of a-z0-9
/// @param lineage from 1
public record Origin(String region, int lineage) {}
