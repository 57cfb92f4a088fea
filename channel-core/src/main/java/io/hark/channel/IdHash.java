package io.hark.channel;

import com.dynatrace.hash4j.hashing.HashStream128;
import com.dynatrace.hash4j.hashing.HashValue128;
import com.dynatrace.hash4j.hashing.Hashing;

/// Value: 128-bit identity of a publish on its channel; the same publish sent again has the same one (rule D1).
public record IdHash(long high, long low) {
    /// No publish of a client begins like this, see the one who admits them.
    private static final byte OWN = 100;

    public static IdHash of(HashStream128 stream) {
        HashValue128 hash = stream.get();
        return new IdHash(hash.getMostSignificantBits(), hash.getLeastSignificantBits());
    }

    /// Of something that the server itself publishes.
    public static IdHash ofOwn(String id) {
        return of(Hashing.xxh3_128().hashStream().putByte(OWN).putString(id));
    }

    @Override
    public int hashCode() {
        return Long.hashCode(low);
    }
}
