package io.hark.channel;

import io.hark.protocol.Annotation;
import io.hark.protocol.AnnotationAction;
import io.hark.protocol.AnnotationMethod;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Blocking, for one reading: what the annotations of one message come to, by type and name (TM7).
///
/// One row a client and name, and one of totals: an annotation changes few rows, however many clients
/// have annotated.
final class Tallies {
    private final StateRows rows;
    private final ChannelKey channel;
    private final String serial;
    private final Lifetime lifetime;

    /// By key, what is changed here, with what was there before.
    private final Map<String, Changed> changed = new LinkedHashMap<>();

    private record Changed(Optional<StateValue> before, Optional<StateValue> after) {}

    /// Value: what a name of a type comes to.
    ///
    /// @param sum          of what everybody has
    /// @param unidentified of that, what came without a clientId
    /// @param clients      how many clients have a row
    record Totals(long sum, long unidentified, long clients) {
        static final Totals NONE = new Totals(0, 0, 0);

        Totals plus(long more, long moreUnidentified, long moreClients) {
            return new Totals(sum + more, unidentified + moreUnidentified, clients + moreClients);
        }

        Optional<StateValue> value() {
            if (sum <= 0) {
                return Optional.empty();
            }
            ByteBuffer out = ByteBuffer.allocate(Checksummed.varintBytes(sum)
                    + Checksummed.varintBytes(unidentified)
                    + Checksummed.varintBytes(clients));
            Checksummed.putVarint(out, sum);
            Checksummed.putVarint(out, unidentified);
            Checksummed.putVarint(out, clients);
            return Optional.of(new StateValue(out.array()));
        }

        static Totals of(StateValue value) throws DamagedEntry {
            try {
                ByteBuffer in = ByteBuffer.wrap(value.bytes());
                return new Totals(Checksummed.varint(in), Checksummed.varint(in), Checksummed.varint(in));
            } catch (BufferUnderflowException e) {
                throw new DamagedEntry("a row of totals ends too early", e);
            }
        }
    }

    Tallies(StateRows rows, ChannelKey channel, String serial, Lifetime lifetime) {
        this.rows = rows;
        this.channel = channel;
        this.serial = serial;
        this.lifetime = lifetime;
    }

    /// Adds what the annotation adds, or takes away what it takes away; nothing for a type that is not
    /// summed up.
    void apply(Annotation annotation) throws DamagedEntry {
        String name = annotation.name().orElse("");
        boolean creates = annotation.action() == AnnotationAction.CREATE;
        switch (AnnotationMethod.of(annotation.type())) {
            case TOTAL -> add(annotation.type(), "", creates ? 1 : -1, 0, 0);
            case FLAG -> set(annotation, "", creates);
            case DISTINCT -> set(annotation, name, creates);
            case UNIQUE -> move(annotation, creates);
            case MULTIPLE -> count(annotation, name, creates);
            case NONE -> {}
        }
    }

    /// The client has the name, or has it no more.
    private void set(Annotation annotation, String name, boolean has) throws DamagedEntry {
        String key = TallyKeys.client(serial, annotation, name);
        if (get(key).isPresent() != has) {
            put(key, has ? Optional.of(StateValue.of(1)) : Optional.empty());
            int change = has ? 1 : -1;
            add(annotation.type(), name, change, 0, change);
        }
    }

    private void move(Annotation annotation, boolean creates) throws DamagedEntry {
        String type = annotation.type();
        String wanted = annotation.name().orElse("");
        boolean any = annotation.name().isEmpty();
        for (String held : namesOf(type, annotation.clientId().orElse(""))) {
            if (creates ? !held.equals(wanted) : any || held.equals(wanted)) {
                set(annotation, held, false);
            }
        }
        if (creates) {
            set(annotation, wanted, true);
        }
    }

    private List<String> namesOf(String type, String clientId) throws DamagedEntry {
        List<String> names = new ArrayList<>();
        for (StateRow row : all(TallyKeys.client(serial, type, clientId))) {
            names.add(TallyKeys.texts(row.key(), serial)[2]);
        }
        return names;
    }

    private void count(Annotation annotation, String name, boolean creates) throws DamagedEntry {
        int more = Math.max(1, annotation.count());
        if (annotation.clientId().isEmpty()) {
            if (creates) {
                add(annotation.type(), name, more, more, 0);
            }
            return; // Who deletes cannot be told, so nothing is theirs.
        }
        String key = TallyKeys.client(serial, annotation, name);
        Optional<StateValue> held = get(key);
        long before = held.isEmpty() ? 0 : StateValue.number(held.get());
        if (creates) {
            put(key, Optional.of(StateValue.of(before + more)));
            add(annotation.type(), name, more, 0, held.isEmpty() ? 1 : 0);
        } else if (held.isPresent()) {
            put(key, Optional.empty());
            add(annotation.type(), name, -before, 0, -1);
        }
    }

    private void add(String type, String name, long more, long moreUnidentified, long moreClients) throws DamagedEntry {
        String key = TallyKeys.total(serial, type, name);
        Optional<StateValue> held = get(key);
        Totals before = held.isEmpty() ? Totals.NONE : Totals.of(held.get());
        put(key, before.plus(more, moreUnidentified, moreClients).value());
    }

    private Optional<StateValue> get(String key) throws DamagedEntry {
        Changed own = changed.get(key);
        if (own != null) {
            return own.after();
        }
        StatePage page = rows.page(StateQuery.one(channel, StateKind.TALLY, key, lifetime));
        return page.rows().stream()
                .filter(row -> row.key().equals(key))
                .map(StateRow::value)
                .findFirst();
    }

    private void put(String key, Optional<StateValue> value) throws DamagedEntry {
        Changed own = changed.get(key);
        changed.put(key, new Changed(own == null ? get(key) : own.before(), value));
    }

    /// The changes of rows, but those that leave a row as it was.
    List<StateChange> changes() {
        List<StateChange> changes = new ArrayList<>();
        changed.forEach((key, change) -> {
            if (!change.before().equals(change.after())) {
                changes.add(new StateChange(StateKind.TALLY, key, lifetime, change.before(), change.after()));
            }
        });
        return changes;
    }

    /// All rows whose keys start so, as they are with what is changed here.
    List<StateRow> all(String prefix) throws DamagedEntry {
        List<StateRow> all = new ArrayList<>();
        StateQuery query = query(prefix, StateAsOf.ROWS_AT_ONCE);
        StatePage page = rows.page(query);
        all.addAll(page.rows());
        while (page.more()) {
            page = rows.page(query.after(all.getLast().key()));
            all.addAll(page.rows());
        }
        return withChanges(all, prefix, true);
    }

    /// The first rows whose keys start so, as they are with what is changed here.
    ///
    /// @param max roughly
    List<StateRow> some(String prefix, int max) throws DamagedEntry {
        StatePage page = rows.page(query(prefix, Math.max(1, max)));
        return withChanges(page.rows(), prefix, !page.more());
    }

    private StateQuery query(String prefix, int max) {
        return new StateQuery(channel, StateKind.TALLY, prefix, prefix, lifetime.millis(), lifetime.millis(), max);
    }

    private List<StateRow> withChanges(List<StateRow> stored, String prefix, boolean complete) {
        if (changed.isEmpty()) {
            return stored;
        }
        String last = stored.isEmpty() ? "" : stored.getLast().key();
        List<StateRow> now = new ArrayList<>();
        stored.stream().filter(row -> !changed.containsKey(row.key())).forEach(now::add);
        changed.forEach((key, change) -> {
            boolean within = key.startsWith(prefix) && (complete || StateQuery.BY_BYTES.compare(key, last) <= 0);
            if (within && change.after().isPresent()) {
                now.add(new StateRow(
                        StateKind.TALLY, key, lifetime, change.after().get()));
            }
        });
        now.sort((one, other) -> StateQuery.BY_BYTES.compare(one.key(), other.key()));
        return now;
    }

    String serial() {
        return serial;
    }
}
