package io.hark.frontend;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/// Confined: when a transport owes its client a sign of life, when the client counts as gone, and when
/// its token ends. Asked about once a second.
final class Liveness {
    /// Signs of life leave this much before they are due, as they are thought of once a second only.
    private static final long EARLY_MILLIS = 2_500;

    private static final long SILENCE_GRACE_MILLIS = 5_000;
    private static final long REAUTH_AHEAD_MILLIS = 30_000;

    private final long openedMillis;
    private final long maxIdleMillis;
    private long receivedMillis;
    private long sentMillis;
    private long pingedMillis;
    private boolean reauthAsked;

    /// Since when the client has its token.
    private long tokenMillis;

    /// What is to be done now.
    enum Due {
        /// Nothing was heard for so long that the client is gone.
        CUT_OFF,
        /// The token has expired.
        EXPIRE,
        /// Nothing was sent for so long that the client would think us gone.
        HEARTBEAT,
        /// The client must be asked for a sign of life, or be sent one.
        PING,
        /// The token is about to expire (RTN22).
        ASK_FOR_TOKEN
    }

    /// @param maxIdleMillis the longest silence that the client was promised
    Liveness(long openedMillis, long maxIdleMillis) {
        this.openedMillis = openedMillis;
        this.maxIdleMillis = maxIdleMillis;
        this.receivedMillis = openedMillis;
        this.sentMillis = openedMillis;
        this.tokenMillis = openedMillis;
    }

    void received(long nowMillis) {
        receivedMillis = nowMillis;
    }

    void sent(long nowMillis) {
        sentMillis = nowMillis;
    }

    void tokenRenewed(long nowMillis) {
        tokenMillis = nowMillis;
        reauthAsked = false;
    }

    /// Whether a transport that is not open yet should be by now.
    boolean opensTooSlowly(long nowMillis) {
        return nowMillis - openedMillis > maxIdleMillis;
    }

    /// What is due, each thing once.
    ///
    /// @param expiresMillis when the token ends; empty for a key
    Set<Due> due(long nowMillis, Optional<Long> expiresMillis) {
        if (nowMillis - receivedMillis > 2 * maxIdleMillis + SILENCE_GRACE_MILLIS) {
            return EnumSet.of(Due.CUT_OFF);
        }
        if (expiresMillis.isPresent() && nowMillis >= expiresMillis.get()) {
            return EnumSet.of(Due.EXPIRE);
        }
        EnumSet<Due> due = EnumSet.noneOf(Due.class);
        if (nowMillis - sentMillis >= maxIdleMillis - EARLY_MILLIS) {
            due.add(Due.HEARTBEAT);
            due.add(Due.PING);
            sentMillis = nowMillis;
        }
        // One who only listens on a busy channel is never greeted with silence, and says nothing unless asked.
        if (nowMillis - Math.max(receivedMillis, pingedMillis) >= maxIdleMillis - EARLY_MILLIS) {
            due.add(Due.PING);
        }
        if (due.contains(Due.PING)) {
            pingedMillis = nowMillis;
        }
        if (expiresMillis.isPresent() && !reauthAsked && isToBeRenewed(nowMillis, expiresMillis.get())) {
            reauthAsked = true;
            due.add(Due.ASK_FOR_TOKEN);
        }
        return due;
    }

    /// Not a token that was about to expire when it came: its client knows, and would be asked for another one again
    /// and again.
    private boolean isToBeRenewed(long nowMillis, long expiresMillis) {
        return expiresMillis - nowMillis <= REAUTH_AHEAD_MILLIS && expiresMillis - tokenMillis > REAUTH_AHEAD_MILLIS;
    }
}
