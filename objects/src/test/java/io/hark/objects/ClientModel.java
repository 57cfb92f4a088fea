package io.hark.objects;

import io.hark.protocol.ObjectData;
import io.hark.protocol.ObjectEntry;
import io.hark.protocol.ObjectOperation;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What a client makes of operations, written down from the specification of clients (RTO9, RTLC7,
/// RTLM15) without looking at how the server does it.
final class ClientModel {
    private final Map<String, Thing> pool = new TreeMap<>();

    private static final class Thing {
        final boolean map;
        final Map<String, String> siteTimeserials = new HashMap<>();
        final Map<String, Slot> data = new TreeMap<>();
        boolean createOperationIsMerged;
        boolean tombstone;
        String clearTimeserial;
        double count;

        Thing(boolean map) {
            this.map = map;
        }
    }

    private static final class Slot {
        String timeserial;
        boolean tombstone;
        ObjectData data;
    }

    ClientModel() {
        pool.put("root", new Thing(true));
    }

    void apply(ObjectOperation operation, String serial, String site) {
        Thing thing = zeroValue(operation.objectId());
        String last = thing.siteTimeserials.get(site);
        if (last != null && serial.compareTo(last) <= 0) {
            return;
        }
        thing.siteTimeserials.put(site, serial);
        if (thing.tombstone) {
            return;
        }
        switch (operation) {
            case ObjectOperation.MapCreate(var id, var initial, var entries) -> {
                if (thing.map && !thing.createOperationIsMerged) {
                    entries.forEach((key, entry) -> create(thing, key, entry));
                    thing.createOperationIsMerged = true;
                }
            }
            case ObjectOperation.MapSet(var id, var key, var value) -> set(thing, key, value, serial);
            case ObjectOperation.MapRemove(var id, var key) -> remove(thing, key, serial);
            case ObjectOperation.MapClear(var id) -> clear(thing, serial);
            case ObjectOperation.CounterCreate(var id, var initial, var count) -> {
                if (!thing.map && !thing.createOperationIsMerged) {
                    thing.count += count.orElse(0);
                    thing.createOperationIsMerged = true;
                }
            }
            case ObjectOperation.CounterInc(var id, double number) -> thing.count += thing.map ? 0 : number;
            case ObjectOperation.ObjectDelete(var id) -> {
                if (!id.equals("root")) {
                    thing.tombstone = true;
                    thing.data.clear();
                    thing.count = 0;
                }
            }
        }
    }

    private Thing zeroValue(String id) {
        return pool.computeIfAbsent(id, key -> new Thing(key.equals("root") || key.startsWith("map:")));
    }

    private void create(Thing thing, String key, ObjectEntry entry) {
        String serial = entry.timeserial().orElse(null);
        if (entry.isTombstone()) {
            remove(thing, key, serial);
        } else {
            set(thing, key, entry.data().orElseThrow(), serial);
        }
    }

    private void set(Thing thing, String key, ObjectData value, String serial) {
        if (!thing.map || !isNewer(thing, key, serial)) {
            return;
        }
        if (value instanceof ObjectData.Reference(String other)) {
            zeroValue(other);
        }
        Slot slot = thing.data.computeIfAbsent(key, none -> new Slot());
        slot.timeserial = serial;
        slot.tombstone = false;
        slot.data = value;
    }

    private void remove(Thing thing, String key, String serial) {
        if (thing.map && isNewer(thing, key, serial)) {
            Slot slot = thing.data.computeIfAbsent(key, none -> new Slot());
            slot.timeserial = serial;
            slot.tombstone = true;
            slot.data = null;
        }
    }

    private static boolean isNewer(Thing thing, String key, String serial) {
        if (thing.clearTimeserial != null && (serial == null || thing.clearTimeserial.compareTo(serial) >= 0)) {
            return false;
        }
        Slot slot = thing.data.get(key);
        if (slot == null) {
            return true;
        }
        if (slot.timeserial == null) {
            return serial != null;
        }
        return serial != null && serial.compareTo(slot.timeserial) > 0;
    }

    private static void clear(Thing thing, String serial) {
        if (!thing.map || thing.clearTimeserial != null && thing.clearTimeserial.compareTo(serial) > 0) {
            return;
        }
        thing.clearTimeserial = serial;
        thing.data.values().removeIf(slot -> slot.timeserial == null || serial.compareTo(slot.timeserial) > 0);
    }

    /// What a user of the client sees, by object: a number, the keys of a map, or that it was deleted.
    Map<String, Object> visible() {
        Map<String, Object> visible = new TreeMap<>();
        pool.forEach((id, thing) -> {
            if (thing.tombstone) {
                visible.put(id, "deleted");
            } else if (thing.map) {
                Map<String, ObjectData> values = new TreeMap<>();
                thing.data.forEach((key, slot) -> {
                    if (!slot.tombstone && isThere(slot.data)) {
                        values.put(key, slot.data);
                    }
                });
                visible.put(id, values);
            } else {
                visible.put(id, thing.count);
            }
        });
        return visible;
    }

    private boolean isThere(ObjectData data) {
        return !(data instanceof ObjectData.Reference(String id))
                || Optional.ofNullable(pool.get(id))
                        .filter(thing -> !thing.tombstone)
                        .isPresent();
    }
}
