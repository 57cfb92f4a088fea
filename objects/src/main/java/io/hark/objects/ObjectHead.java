package io.hark.objects;

import io.hark.protocol.ObjectEntry;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Value: what is known of an object beside a map's entries.
///
/// @param siteTimeserials   by site, the serial of the last operation that is in it
/// @param created           whether its creation is in it, as an operation can be seen before
/// @param deletedMillis     when it was deleted; 0 for an object that is there
/// @param clearTimeserial   of the last operation that cleared the map
/// @param count             of a counter
/// @param unreachableMillis since when it is known that no way leads to it from the root; 0 when one
///                          does
public record ObjectHead(
        Map<String, String> siteTimeserials,
        boolean created,
        long deletedMillis,
        Optional<String> clearTimeserial,
        double count,
        long unreachableMillis)
        implements ObjectRow {
    /// An object before its first operation.
    public static final ObjectHead NEW = new ObjectHead(Map.of(), false, 0, Optional.empty(), 0, 0);

    public ObjectHead {
        siteTimeserials = Map.copyOf(siteTimeserials);
    }

    public boolean isDeleted() {
        return deletedMillis != 0;
    }

    /// Whether that operation is in it already, or one after it of the same site (RTLO4a).
    boolean hasSeen(String serial, String site) {
        String last = siteTimeserials.get(site);
        return last != null && serial.compareTo(last) <= 0;
    }

    /// Whether the entry is of a time before the map was cleared, or before it was deleted: nobody sees
    /// it.
    boolean outlives(ObjectEntry entry) {
        return isDeleted()
                || clearTimeserial.isPresent()
                        && (entry.timeserial().isEmpty()
                                || clearTimeserial
                                                .get()
                                                .compareTo(entry.timeserial().get())
                                        > 0);
    }

    /// Whether what [#outlives] says may differ.
    boolean differsForEntries(ObjectHead other) {
        return isDeleted() != other.isDeleted() || !clearTimeserial.equals(other.clearTimeserial);
    }

    ObjectHead seen(String serial, String site) {
        Map<String, String> serials = new HashMap<>(siteTimeserials);
        serials.put(site, serial);
        return new ObjectHead(serials, created, deletedMillis, clearTimeserial, count, unreachableMillis);
    }

    ObjectHead withCreation(double added) {
        return new ObjectHead(siteTimeserials, true, deletedMillis, clearTimeserial, count + added, unreachableMillis);
    }

    ObjectHead plus(double added) {
        return new ObjectHead(
                siteTimeserials, created, deletedMillis, clearTimeserial, count + added, unreachableMillis);
    }

    ObjectHead cleared(String serial) {
        return new ObjectHead(siteTimeserials, created, deletedMillis, Optional.of(serial), count, unreachableMillis);
    }

    ObjectHead deleted(long millis) {
        return new ObjectHead(siteTimeserials, created, millis, Optional.empty(), 0, 0);
    }

    ObjectHead unreachableSince(long millis) {
        return new ObjectHead(siteTimeserials, created, deletedMillis, clearTimeserial, count, millis);
    }

    /// Roughly how many bytes its row takes.
    int size() {
        int size = 48;
        for (Map.Entry<String, String> site : siteTimeserials.entrySet()) {
            size += site.getKey().length() + site.getValue().length();
        }
        return size;
    }
}
