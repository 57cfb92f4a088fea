package io.hark.sdk;

import java.time.Duration;
import java.util.Map;

/// Value: where in a channel's stream a subscription begins.
public sealed interface From {

    /// With what is published once the subscription is attached.
    record Now() implements From {}

    /// With the newest messages that are there.
    ///
    /// @param count 1 to 100
    record Last(int count) implements From {
        public Last {
            if (count < 1 || count > 100) {
                throw new IllegalArgumentException("a subscription begins with 1 to 100 messages, not " + count);
            }
        }
    }

    /// With the messages of the time before; of more than 100 with the newest, and a [Delivery.Gap]
    /// says so.
    ///
    /// @param before one second or more
    record Since(Duration before) implements From {
        public Since {
            if (before.toSeconds() < 1) {
                throw new IllegalArgumentException("a subscription goes back by one second or more, not " + before);
            }
        }
    }

    /// With what follows the cursor, as far as the server keeps it; if it does not, a [Delivery.Gap]
    /// says so.
    record After(Cursor cursor) implements From {}

    static From now() {
        return new Now();
    }

    static From last(int count) {
        return new Last(count);
    }

    static From since(Duration before) {
        return new Since(before);
    }

    static From after(Cursor cursor) {
        return new After(cursor);
    }

    /// What the ATTACH asks for.
    default Map<String, String> params() {
        return switch (this) {
            case Now() -> Map.of();
            case After(Cursor cursor) -> Map.of();
            case Last(int count) -> Map.of("rewind", Integer.toString(count));
            case Since(Duration before) -> Map.of("rewind", before.toSeconds() + "s");
        };
    }
}
