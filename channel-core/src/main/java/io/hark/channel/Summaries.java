package io.hark.channel;

import io.hark.protocol.AnnotationMethod;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Message;
import io.hark.protocol.MessageAction;
import io.hark.protocol.Payload;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What clients are told of a message's annotations: totals, and who has annotated, as far as there is
/// room (TM7).
final class Summaries {
    private static final String SUMMARY = "summary";

    /// Braces, field names and numbers around one name.
    private static final int NAME_OVERHEAD = 96;

    private static final int CLIENT_OVERHEAD = 4;
    private static final int CLIENT_BYTES_MIN = 5;

    private Summaries() {}

    /// One name of one type.
    private static final class Name {
        private final Tallies.Totals totals;
        private final Map<String, Object> counts = new LinkedHashMap<>();

        Name(Tallies.Totals totals) {
            this.totals = totals;
        }

        Map<String, Object> tree(AnnotationMethod method, boolean clipped) {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("total", totals.sum());
            if (method == AnnotationMethod.TOTAL) {
                return tree;
            }
            boolean multiple = method == AnnotationMethod.MULTIPLE;
            tree.put("clientIds", multiple ? counts : new ArrayList<Object>(counts.keySet()));
            if (multiple) {
                tree.put("totalUnidentified", totals.unidentified());
                tree.put("totalClientIds", totals.clients());
            }
            tree.put("clipped", clipped || counts.size() < totals.clients());
            return tree;
        }
    }

    /// By type.
    ///
    /// @param bytesMax of the summary; lists of clients end where it is reached, each type's in its
    ///                 share
    static Map<String, Object> of(Tallies tallies, int bytesMax) throws DamagedEntry {
        Map<String, Map<String, Name>> types = names(tallies);
        long left = bytesMax - bytes(types);
        int typesLeft = types.size();
        Map<String, Object> summary = new LinkedHashMap<>();
        for (var type : types.entrySet()) {
            left -= addClients(tallies, type.getKey(), type.getValue(), left / typesLeft--);
            summary.put(type.getKey(), tree(type.getKey(), type.getValue(), false));
        }
        return summary;
    }

    /// The same, with one client only in the lists of clients.
    static Map<String, Object> ofClient(Tallies tallies, String clientId) throws DamagedEntry {
        Map<String, Object> summary = new LinkedHashMap<>();
        for (var type : names(tallies).entrySet()) {
            for (StateRow row : tallies.all(TallyKeys.client(tallies.serial(), type.getKey(), clientId))) {
                addClient(tallies, type.getValue(), row);
            }
            summary.put(type.getKey(), tree(type.getKey(), type.getValue(), true));
        }
        return summary;
    }

    /// @return why the summary has no room for what the annotations have added, if it has none
    static Optional<ErrorInfo> refusal(Tallies tallies, int bytesMax) throws DamagedEntry {
        long bytes = bytes(names(tallies));
        return bytes <= bytesMax / 2
                ? Optional.empty()
                : Optional.of(ErrorCode.MESSAGE_TOO_LARGE.info(
                        "the types and names of the message's annotations come to %d bytes, the limit is %d; use fewer"
                                .formatted(bytes, bytesMax / 2)));
    }

    private static Map<String, Map<String, Name>> names(Tallies tallies) throws DamagedEntry {
        Map<String, Map<String, Name>> types = new LinkedHashMap<>();
        for (StateRow row : tallies.all(TallyKeys.totals(tallies.serial()))) {
            String[] texts = TallyKeys.texts(row.key(), tallies.serial());
            types.computeIfAbsent(texts[0], type -> new LinkedHashMap<>())
                    .put(texts[1], new Name(Tallies.Totals.of(row.value())));
        }
        return types;
    }

    private static long bytes(Map<String, Map<String, Name>> types) {
        long bytes = 0;
        for (var type : types.entrySet()) {
            bytes += Payload.text(type.getKey()).size();
            for (String name : type.getValue().keySet()) {
                bytes += NAME_OVERHEAD + Payload.text(name).size();
            }
        }
        return bytes;
    }

    /// @return how many bytes they take
    private static long addClients(Tallies tallies, String type, Map<String, Name> names, long bytesMax)
            throws DamagedEntry {
        long bytes = 0;
        int atMost = (int) Math.min(Integer.MAX_VALUE, Math.max(0, bytesMax) / CLIENT_BYTES_MIN + 1);
        for (StateRow row : tallies.some(TallyKeys.clients(tallies.serial(), type), atMost)) {
            String clientId = TallyKeys.texts(row.key(), tallies.serial())[1];
            bytes += CLIENT_OVERHEAD + Payload.text(clientId).size();
            if (bytes > bytesMax) {
                return bytesMax;
            }
            addClient(tallies, names, row);
        }
        return bytes;
    }

    private static void addClient(Tallies tallies, Map<String, Name> names, StateRow row) throws DamagedEntry {
        String[] texts = TallyKeys.texts(row.key(), tallies.serial());
        Name name = names.get(texts[2]);
        if (name != null) {
            name.counts.put(texts[1], StateValue.number(row.value()));
        }
    }

    private static Map<String, Object> tree(String type, Map<String, Name> names, boolean clipped) {
        AnnotationMethod method = AnnotationMethod.of(type);
        if (!method.isNamed()) {
            return names.values().iterator().next().tree(method, clipped);
        }
        Map<String, Object> tree = new LinkedHashMap<>();
        names.forEach((name, totals) -> tree.put(name, totals.tree(method, clipped)));
        return tree;
    }

    /// The message that tells the summary.
    static Message message(String serial, Map<String, Object> summary) {
        return Message.of(Optional.empty(), Payload.NONE)
                .withAction(MessageAction.SUMMARY)
                .withSerial(serial, Optional.empty())
                .withAnnotations(Map.of(SUMMARY, summary));
    }

    /// Roughly how many bytes it takes on the wire.
    static int size(Message told) {
        return size((Object) told.annotations());
    }

    private static int size(Object tree) {
        return switch (tree) {
            case Map<?, ?> map -> {
                int size = 8;
                for (Map.Entry<?, ?> member : map.entrySet()) {
                    size += size(member.getKey()) + size(member.getValue());
                }
                yield size;
            }
            case List<?> list -> {
                int size = 8;
                for (Object element : list) {
                    size += size(element);
                }
                yield size;
            }
            case String text -> text.length() + 4;
            default -> 8;
        };
    }
}
