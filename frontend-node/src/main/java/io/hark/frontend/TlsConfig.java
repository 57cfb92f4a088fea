package io.hark.frontend;

import java.nio.file.Path;
import java.time.Duration;

/// Value: how the node itself speaks TLS to clients.
///
/// @param host       address to listen on
/// @param port       0 for any free one
/// @param chain      PEM file with the node's certificate and then those that lead to an authority
/// @param key        PEM file with the certificate's private key
/// @param checkEvery how often the files are looked at for new content
public record TlsConfig(String host, int port, Path chain, Path key, Duration checkEvery) {}
