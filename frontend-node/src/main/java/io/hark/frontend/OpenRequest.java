package io.hark.frontend;

import io.hark.auth.Credentials;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Format;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Value: what the query of a realtime connection's URL asks for (realtime URL params, RTN2).
///
/// @param version    empty when absent or not a number
/// @param heartbeats whether the client needs heartbeats that its code can see
/// @param appendRollupWindow in which appends to the same message become one; zero for never
record OpenRequest(
        Credentials credentials,
        Optional<Double> version,
        Format format,
        Optional<String> clientId,
        boolean echo,
        boolean heartbeats,
        Optional<String> resume,
        Optional<String> recover,
        Optional<Duration> remainPresentFor,
        Optional<Duration> heartbeatInterval,
        Duration appendRollupWindow,
        boolean secure) {
    private static final double VERSION_MIN = 2;
    private static final double VERSION_OF_APPENDS = 5;
    private static final long REMAIN_MILLIS_MIN = 1_000;
    private static final long REMAIN_MILLIS_MAX = 120_000;
    private static final long HEARTBEAT_MILLIS_MIN = 5_000;
    private static final long HEARTBEAT_MILLIS_MAX = 1_800_000;
    private static final Duration ROLLUP_WINDOW = Duration.ofMillis(40);
    private static final long ROLLUP_MILLIS_MAX = 500;

    /// @param query decoded params, of a repeated one the last
    static OpenRequest of(Optional<String> authorization, Map<String, String> query, boolean secure) {
        return new OpenRequest(
                Credentials.of(authorization, query),
                Optional.ofNullable(query.get("v")).flatMap(OpenRequest::number),
                "msgpack".equals(query.get("format")) ? Format.MSGPACK : Format.JSON,
                Optional.ofNullable(query.get("clientId")),
                !"false".equals(query.get("echo")),
                !"false".equals(query.get("heartbeats")),
                Optional.ofNullable(query.get("resume")).filter(key -> !key.isEmpty()),
                Optional.ofNullable(query.get("recover")).filter(key -> !key.isEmpty()),
                millis(query, "remainPresentFor", REMAIN_MILLIS_MIN, REMAIN_MILLIS_MAX),
                millis(query, "heartbeatInterval", HEARTBEAT_MILLIS_MIN, HEARTBEAT_MILLIS_MAX),
                millis(query, "appendRollupWindow", 0, ROLLUP_MILLIS_MAX).orElse(ROLLUP_WINDOW),
                secure);
    }

    /// The same with heartbeats, whatever was asked for: on some transports nothing else shows a client that the
    /// server is there.
    OpenRequest withHeartbeats() {
        return new OpenRequest(
                credentials,
                version,
                format,
                clientId,
                echo,
                true,
                resume,
                recover,
                remainPresentFor,
                heartbeatInterval,
                appendRollupWindow,
                secure);
    }

    /// @return 40017 when the client does not say which protocol version it speaks, 80024 when that is
    ///         no longer served
    Optional<ErrorInfo> versionRefusal() {
        if (version.isEmpty()) {
            return Optional.of(ErrorCode.UNSUPPORTED_PROTOCOL_VERSION.info(
                    "the URL must say which protocol version the client speaks, such as v=6"));
        }
        if (version.get() < VERSION_MIN) {
            return Optional.of(ErrorCode.SDK_TOO_OLD.info(
                    "protocol version %s is no longer served; 2 or later is".formatted(version.get())));
        }
        return Optional.empty();
    }

    /// Whether the client takes what is appended to a message for a message of its own: its protocol version
    /// has no appends.
    boolean isBeforeAppends() {
        return version.orElse(VERSION_MIN) < VERSION_OF_APPENDS;
    }

    private static Optional<Double> number(String text) {
        try {
            return Optional.of(Double.parseDouble(text.toLowerCase(Locale.ROOT)));
        } catch (NumberFormatException notANumber) {
            return Optional.empty();
        }
    }

    /// A value out of range is moved to the range's end, one that is no number is ignored.
    private static Optional<Duration> millis(Map<String, String> query, String name, long min, long max) {
        return Optional.ofNullable(query.get(name))
                .flatMap(OpenRequest::number)
                .map(value -> Duration.ofMillis((long) Math.clamp(value, (double) min, (double) max)));
    }
}
