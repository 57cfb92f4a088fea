package io.hark.stats;

/// Value: something of which there are so many at a time. The stored number is the ordinal: add at the end only.
public enum Gauge {
    PLAIN_CONNECTIONS,
    TLS_CONNECTIONS,
    CHANNELS
}
