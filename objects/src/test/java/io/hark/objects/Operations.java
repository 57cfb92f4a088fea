package io.hark.objects;

import io.hark.protocol.ObjectData;
import io.hark.protocol.ObjectEntry;
import io.hark.protocol.ObjectOperation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;

/// Operations on a few objects, at random.
final class Operations {
    static final List<String> SITES = List.of("a", "b");

    private static final int OBJECTS = 4;
    private static final List<String> KEYS = List.of("k", "l", "m", "");

    private Operations() {}

    /// An operation with the serial that its site gave it.
    record Sent(ObjectOperation operation, String serial, String site, long millis) {
        void applyTo(ObjectEdit edit) {
            edit.apply(operation, serial, site, millis);
        }
    }

    static String id(String kind, int number) {
        return kind + ':' + "%043d".formatted(number) + "@1700000000000";
    }

    static String serial(int time, String site) {
        return "%014d-000@%s:000".formatted(time, site);
    }

    /// In the order of their serials, which no two share.
    static List<Sent> random(Random random, int count) {
        List<Sent> sent = new ArrayList<>();
        int time = random.nextInt(500);
        for (int i = 0; i < count; i++) {
            time += 1 + random.nextInt(3);
            String site = SITES.get(random.nextInt(SITES.size()));
            sent.add(new Sent(random(random), serial(time, site), site, time));
        }
        return sent;
    }

    private static ObjectOperation random(Random random) {
        String map = random.nextInt(3) == 0 ? "root" : id("map", random.nextInt(OBJECTS));
        String counter = id("counter", random.nextInt(OBJECTS));
        String key = KEYS.get(random.nextInt(KEYS.size()));
        return switch (random.nextInt(20)) {
            case 0, 1 -> creation(id("map", random.nextInt(OBJECTS)));
            case 2 -> new ObjectOperation.CounterCreate(counter, Optional.empty(), OptionalDouble.of(100));
            case 3, 4, 5, 6 -> new ObjectOperation.CounterInc(counter, random.nextInt(-5, 6));
            case 7, 8, 9 -> new ObjectOperation.MapRemove(map, key);
            case 10 -> new ObjectOperation.MapClear(map);
            case 11 ->
                random.nextInt(3) == 0
                        ? new ObjectOperation.ObjectDelete(random.nextBoolean() ? map : counter)
                        : new ObjectOperation.MapSet(map, key, value(random));
            // Operations of the wrong kind do nothing.
            case 12 -> new ObjectOperation.CounterInc(map, 1);
            default -> new ObjectOperation.MapSet(map, key, value(random));
        };
    }

    /// An object's id stands for what it was created with.
    private static ObjectOperation creation(String id) {
        Random same = new Random(id.hashCode());
        Map<String, ObjectEntry> entries = new LinkedHashMap<>();
        for (String key : KEYS) {
            if (same.nextBoolean()) {
                entries.put(key, ObjectEntry.initial(value(same)));
            }
        }
        return new ObjectOperation.MapCreate(id, Optional.empty(), entries);
    }

    private static ObjectData value(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> new ObjectData.Reference(id("map", random.nextInt(OBJECTS)));
            case 1 -> new ObjectData.Reference(id("counter", random.nextInt(OBJECTS)));
            case 2 -> new ObjectData.Bool(random.nextBoolean());
            case 3 -> new ObjectData.Number(random.nextInt(100));
            case 4 -> new ObjectData.Bytes(new byte[] {(byte) random.nextInt(4)});
            default -> new ObjectData.Text("text" + random.nextInt(4));
        };
    }
}
