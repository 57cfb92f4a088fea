package io.hark.channel;

import com.dynatrace.hash4j.hashing.HashValue128;
import com.dynatrace.hash4j.hashing.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/// Value: a channel of an app by its base name, without qualifier; carries its hash so that it is computed
/// once.
public record ChannelId(String app, String name, ChannelKey key) {
    private static final String PUSH = "[push]";

    public ChannelId {
        Objects.requireNonNull(app, "app");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(key, "key");
    }

    public static ChannelId of(String app, String name) {
        byte[] text = (app + '\0' + name).getBytes(StandardCharsets.UTF_8);
        HashValue128 hash = Hashing.xxh3_128().hashBytesTo128Bits(text);
        long low = hash.getLeastSignificantBits();
        return new ChannelId(
                app, name, new ChannelKey((int) (low & (Slots.COUNT - 1)), hash.getMostSignificantBits(), low));
    }

    /// One of the server's own channels for what it keeps of an app's push notifications.
    public static ChannelId ofPush(String app, int shard) {
        return of(app, PUSH + shard);
    }

    /// Whether it is one of the server's own that no client can name.
    public boolean isInternal() {
        return name.startsWith(PUSH);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ChannelId that
                && key.equals(that.key)
                && name.equals(that.name)
                && app.equals(that.app);
    }

    @Override
    public int hashCode() {
        return key.hashCode();
    }

    @Override
    public String toString() {
        return app + '/' + name;
    }
}
