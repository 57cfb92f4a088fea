package io.hark.frontend;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Handle: the certificate that clients are shown by TLS, as its files hold it now: new content is taken over
/// without a restart, for the connections that come then. Any thread; a thread of its own reads the files.
public final class ServerCertificate implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServerCertificate.class);
    private static final int FILE_BYTES_MAX = 1 << 20;
    private static final Duration EXPIRES_SOON = Duration.ofDays(7);
    private static final List<String> PROTOCOLS = List.of("TLSv1.3", "TLSv1.2");

    private final TlsConfig config;
    private final InstantSource clock;
    private final Thread reader;
    private volatile Loaded current;

    /// What the files held, and what came of it.
    private record Loaded(byte[] chain, byte[] key, SslContext context, Instant expires) {
        boolean isOf(byte[] otherChain, byte[] otherKey) {
            return Arrays.equals(chain, otherChain) && Arrays.equals(key, otherKey);
        }
    }

    private ServerCertificate(TlsConfig config, InstantSource clock) throws UnusableCertificate {
        this.config = config;
        this.clock = clock;
        current = load(read("tls.chain", config.chain()), read("tls.key", config.key()));
        reader = Thread.ofVirtual().name("hark-certificate").unstarted(this::readAgainAndAgain);
    }

    /// Reads the files, and goes on looking at them until [#close]. Blocking.
    public static ServerCertificate open(TlsConfig config, InstantSource clock) throws UnusableCertificate {
        ServerCertificate certificate = new ServerCertificate(config, clock);
        certificate.reader.start();
        return certificate;
    }

    /// What new connections are encrypted with.
    SslContext context() {
        return current.context();
    }

    /// When clients will stop to accept it.
    public Instant expires() {
        return current.expires();
    }

    private Loaded load(byte[] chain, byte[] key) throws UnusableCertificate {
        CertifiedKey certified = CertifiedKey.of(config, chain, key);
        try {
            SslContext context = SslContextBuilder.forServer(
                            certified.key(), certified.chain().toArray(X509Certificate[]::new))
                    .sslProvider(SslProvider.JDK)
                    .protocols(PROTOCOLS)
                    .applicationProtocolConfig(new ApplicationProtocolConfig(
                            ApplicationProtocolConfig.Protocol.ALPN,
                            ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                            ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                            ApplicationProtocolNames.HTTP_2,
                            ApplicationProtocolNames.HTTP_1_1))
                    .build();
            return new Loaded(chain, key, context, certified.expires());
        } catch (SSLException e) {
            throw new UnusableCertificate("tls.chain: %s cannot be used: %s".formatted(config.chain(), e.getMessage()));
        }
    }

    private static byte[] read(String setting, Path file) throws UnusableCertificate {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(FILE_BYTES_MAX + 1);
            if (bytes.length > FILE_BYTES_MAX) {
                throw new UnusableCertificate(
                        "%s: %s is larger than %d bytes".formatted(setting, file, FILE_BYTES_MAX));
            }
            return bytes;
        } catch (IOException e) {
            throw new UnusableCertificate("%s: the file %s cannot be read: %s".formatted(setting, file, e));
        }
    }

    private void readAgainAndAgain() {
        String said = "";
        boolean failing = false;
        try {
            while (true) {
                Thread.sleep(config.checkEvery());
                Optional<String> problem = readAgain().or(this::expiresSoon);
                // Not at once: one of the files may be there already, and the other not yet.
                if (problem.isPresent() && failing && !problem.get().equals(said)) {
                    said = problem.get();
                    LOG.error("the node goes on with the certificate that it has: {}", said);
                }
                failing = problem.isPresent();
            }
        } catch (InterruptedException closed) {
            LOG.debug("the certificate's files are no longer looked at");
        }
    }

    /// @return why the certificate in use is not the files'
    private Optional<String> readAgain() {
        try {
            byte[] chain = read("tls.chain", config.chain());
            byte[] key = read("tls.key", config.key());
            if (!current.isOf(chain, key)) {
                current = load(chain, key);
                LOG.info("new certificate in use: {} expires={}", config.chain(), current.expires());
            }
            return Optional.empty();
        } catch (UnusableCertificate e) {
            return Optional.of(e.getMessage());
        }
    }

    private Optional<String> expiresSoon() {
        return clock.instant().plus(EXPIRES_SOON).isAfter(current.expires())
                ? Optional.of("tls.chain: the certificate in %s expires at %s".formatted(config.chain(), expires()))
                : Optional.empty();
    }

    @Override
    public void close() {
        reader.interrupt();
    }
}
