package io.hark.channel;

import com.dynatrace.hash4j.hashing.HashStream128;
import com.dynatrace.hash4j.hashing.HashValue128;

/// Value: 128-bit identity of a publish on its channel; the same publish sent again has the same one (rule D1).
public record IdHash(long high, long low) {
    public static IdHash of(HashStream128 stream) {
        HashValue128 hash = stream.get();
        return new IdHash(hash.getMostSignificantBits(), hash.getLeastSignificantBits());
    }

    @Override
    public int hashCode() {
        return Long.hashCode(low);
    }
}
