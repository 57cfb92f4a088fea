package io.hark.cluster.link;

import io.grpc.ChannelCredentials;
import io.grpc.ServerCredentials;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import java.io.IOException;
import java.nio.file.Path;

/// Value: mutual TLS between nodes, by PEM files that are read when the links begin. A node must show a
/// certificate
/// that the authority signed, and the one that is dialled must be named in its own as it is in its address.
///
/// @param key   PKCS#8, not encrypted
/// @param chain the node's certificate, then those between it and the authority
public record LinkTls(Path key, Path chain, Path authority) {
    ChannelCredentials dialling() throws IOException {
        return TlsChannelCredentials.newBuilder()
                .keyManager(chain.toFile(), key.toFile())
                .trustManager(authority.toFile())
                .build();
    }

    ServerCredentials accepting() throws IOException {
        return TlsServerCredentials.newBuilder()
                .keyManager(chain.toFile(), key.toFile())
                .trustManager(authority.toFile())
                .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
                .build();
    }
}
