package io.hark.stats;

/// Value: something that is counted, by a number that is the same for ever.
public sealed interface Metric permits Traffic, Tally {
    /// Numbers are below this.
    int NUMBERS = 1_024;

    int number();
}
