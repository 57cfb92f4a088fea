package io.hark.frontend;

import io.hark.auth.Authenticator;
import io.hark.auth.Credentials;
import io.hark.channel.MetaEvent;
import io.hark.protocol.ErrorInfo;
import io.hark.stats.Gauge;
import io.hark.stats.LiveGauge;
import io.hark.stats.Tally;
import java.util.Optional;

/// Confined: counts one realtime connection or event stream among those of its app while it is there.
final class ConnectionCounts {
    private final Frontend frontend;
    private final boolean tls;
    private Optional<LiveGauge> gauge = Optional.empty();

    ConnectionCounts(Frontend frontend, boolean tls) {
        this.frontend = frontend;
        this.tls = tls;
    }

    /// It is one of the app's from now on.
    void begin(String app) {
        end();
        LiveGauge counted = frontend.stats().of(app).gauge(tls ? Gauge.TLS_CONNECTIONS : Gauge.PLAIN_CONNECTIONS);
        counted.add(1);
        gauge = Optional.of(counted);
    }

    /// It does not go on from an earlier one.
    void opened(String app) {
        frontend.stats().of(app).add(tls ? Tally.TLS_CONNECTIONS_OPENED : Tally.PLAIN_CONNECTIONS_OPENED, 1);
    }

    /// It gets no place, for what it shows or for want of room. The app that it names is told.
    void refused(Credentials credentials, ErrorInfo why) {
        Authenticator authenticator = frontend.authenticator();
        authenticator
                .claimedApp(credentials)
                .filter(app -> frontend.apps().app(app).isPresent())
                .ifPresent(app -> refused(app, why));
    }

    private void refused(String app, ErrorInfo why) {
        frontend.stats().of(app).add(tls ? Tally.TLS_CONNECTIONS_REFUSED : Tally.PLAIN_CONNECTIONS_REFUSED, 1);
        frontend.router().report(MetaEvent.ofClientConnection(app, "connection.refused", MetaEvent.error(why)));
    }

    void end() {
        gauge.ifPresent(counted -> counted.add(-1));
        gauge = Optional.empty();
    }
}
