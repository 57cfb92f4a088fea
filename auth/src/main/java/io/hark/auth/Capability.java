package io.hark.auth;

import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Value: which operations are granted on which resources. A resource is a channel's base name, without
/// params and filters, or a qualified name such as `[meta]log`.
public final class Capability {
    /// A capability that names more resources than this is refused; pairs of resources meet in an intersection.
    public static final int RESOURCES_MAX = 1_000;

    /// A longer text is refused unread.
    public static final int TEXT_CHARS_MAX = 64 * 1024;

    /// `{"*":["*"]}`: everything on ordinary channels. What a key has that is created with none given.
    public static final Capability DEFAULT = granting("*");

    /// `{"[*]*":["*"]}`: everything on every resource, metachannels and queues included.
    public static final Capability EVERYTHING = granting("[*]*");

    /// `{}`: what a token has that only says who its bearer is.
    static final Capability NOTHING = new Capability(new TreeMap<>());

    /// The bits of `*`: all that exist and, unlike a list of them all, all that will.
    private static final int ALL = -1;

    private static final String ALL_WORD = "*";

    /// @param operations the bits of operations, or [#ALL]
    private record Rule(ResourcePattern pattern, int operations) {
        Rule withAlso(Rule other) {
            return new Rule(pattern, operations | other.operations);
        }
    }

    private final List<Rule> rules;
    private final Map<String, Integer> literals = new HashMap<>();
    private final List<Rule> wildcards = new ArrayList<>();
    private final String canonical;

    private Capability(SortedMap<String, Rule> rulesByText) {
        this.rules = List.copyOf(rulesByText.values());
        for (var entry : rulesByText.entrySet()) {
            if (entry.getValue().pattern().isLiteral()) {
                literals.put(entry.getKey(), entry.getValue().operations());
            } else {
                wildcards.add(entry.getValue());
            }
        }
        this.canonical = canonicalText(rulesByText);
    }

    private static Capability granting(String resource) {
        Rule rule = new Rule(ResourcePattern.parse(resource).orElseThrow(), ALL);
        return new Capability(new TreeMap<>(Map.of(resource, rule)));
    }

    /// @param json an object of resource to list of operations, with any whitespace and in any order
    /// @return refused with 40000 when it is not that, names an unknown operation, holds an empty list or `*`
    /// beside others
    public static Outcome<Capability> parse(String json) {
        if (json.length() > TEXT_CHARS_MAX) {
            return bad("it has %d characters, the limit is %d".formatted(json.length(), TEXT_CHARS_MAX));
        }
        Optional<Map<?, ?>> tree = Json.object(json);
        if (tree.isEmpty()) {
            return bad("it is not a JSON object");
        }
        if (tree.get().size() > RESOURCES_MAX) {
            return bad("it names %d resources, the limit is %d"
                    .formatted(tree.get().size(), RESOURCES_MAX));
        }
        SortedMap<String, Rule> rules = new TreeMap<>();
        for (var entry : tree.get().entrySet()) {
            String resource = (String) entry.getKey();
            Optional<ResourcePattern> pattern = ResourcePattern.parse(resource);
            if (pattern.isEmpty()) {
                return bad("'%s' names no resource".formatted(resource));
            }
            switch (operations(resource, entry.getValue())) {
                case Outcome.Ok<Integer>(var bits) -> rules.put(resource, new Rule(pattern.get(), bits));
                case Outcome.Refused<Integer>(var error) -> {
                    return Outcome.refused(error);
                }
            }
        }
        return Outcome.ok(new Capability(rules));
    }

    private static Outcome<Integer> operations(String resource, Object value) {
        if (!(value instanceof List<?> words) || words.isEmpty()) {
            return bad("'%s' needs a non-empty list of operations".formatted(resource));
        }
        if (words.equals(List.of(ALL_WORD))) {
            return Outcome.ok(ALL);
        }
        int bits = 0;
        for (Object word : words) {
            Optional<Operation> operation = word instanceof String text ? Operation.fromWord(text) : Optional.empty();
            if (operation.isEmpty()) {
                return bad("'%s' lists '%s', which is not an operation%s"
                        .formatted(resource, word, ALL_WORD.equals(word) ? " that may stand beside others" : ""));
            }
            bits |= operation.get().bit();
        }
        return Outcome.ok(bits);
    }

    private static <T> Outcome<T> bad(String why) {
        return Outcome.refused(ErrorCode.BAD_REQUEST.info("invalid capability: " + why));
    }

    /// Whether the operation may be done on the resource. Costs a map look-up and one comparison per wildcard
    /// entry.
    public boolean permits(Operation operation, String resource) {
        return (granted(resource) & operation.bit()) != 0;
    }

    /// Whether the operation may be done on the app as a whole, as `stats` and channel enumeration are: only an
    /// entry for `*` or `[*]*` says so.
    public boolean permitsAppWide(Operation operation) {
        // No other pattern matches it, as `*` is never a literal.
        return permits(operation, "*");
    }

    /// Whether the operation may be done on some resource.
    public boolean permitsSomewhere(Operation operation) {
        return rules.stream().anyMatch(rule -> (rule.operations() & operation.bit()) != 0);
    }

    /// What it grants of that one operation, which may be nothing.
    Capability only(Operation operation) {
        SortedMap<String, Rule> kept = new TreeMap<>();
        for (Rule rule : rules) {
            if ((rule.operations() & operation.bit()) != 0) {
                kept.put(rule.pattern().text(), new Rule(rule.pattern(), operation.bit()));
            }
        }
        return new Capability(kept);
    }

    /// The resources as they are spelled.
    Stream<String> resources() {
        return rules.stream().map(rule -> rule.pattern().text());
    }

    /// All operations that may be done on the resource; empty when there is none.
    public Set<Operation> permitsAny(String resource) {
        int bits = granted(resource);
        EnumSet<Operation> operations = EnumSet.allOf(Operation.class);
        operations.removeIf(operation -> (bits & operation.bit()) == 0);
        return Collections.unmodifiableSet(operations);
    }

    private int granted(String resource) {
        int bits = literals.getOrDefault(resource, 0);
        for (Rule rule : wildcards) {
            if ((bits | rule.operations()) != bits && rule.pattern().matches(resource)) {
                bits |= rule.operations();
            }
        }
        return bits;
    }

    /// What both grant, entry by entry, overlapping resources kept apart: the capability of a token for
    /// which the holder of this one asks.
    ///
    /// @return refused with 40160 when they have nothing in common, with 40000 when the result is
    ///         larger than what [#parse] reads
    public Outcome<Capability> intersect(Capability request) {
        if (request.equals(this) && !rules.isEmpty()) {
            return Outcome.ok(this);
        }
        SortedMap<String, Rule> common = new TreeMap<>();
        for (Rule held : rules) {
            for (Rule asked : request.rules) {
                int operations = held.operations() & asked.operations();
                if (operations != 0) {
                    held.pattern()
                            .intersect(asked.pattern())
                            .ifPresent(both -> common.merge(both.text(), new Rule(both, operations), Rule::withAlso));
                }
            }
            if (common.size() > RESOURCES_MAX) {
                return bad("with the key's own it makes more than %d resources".formatted(RESOURCES_MAX));
            }
        }
        if (common.isEmpty()) {
            return Outcome.refused(nothingInCommon(request));
        }
        Capability result = new Capability(common);
        return result.canonical.length() > TEXT_CHARS_MAX
                ? bad("with the key's own it makes more than %d characters".formatted(TEXT_CHARS_MAX))
                : Outcome.ok(result);
    }

    private ErrorInfo nothingInCommon(Capability request) {
        return ErrorCode.CAPABILITY_REFUSED.info(
                "the key grants nothing of the requested capability %s".formatted(abbreviated(request.canonical)));
    }

    private static String abbreviated(String text) {
        return text.length() <= 200 ? text : text.substring(0, 200) + "…";
    }

    /// Canonical JSON text: no whitespace, resources and operations ascending by UTF-16 code unit, none twice.
    /// Clients compare it for equality, so listings, tokens and signatures all use this form.
    public String canonical() {
        return canonical;
    }

    private static String canonicalText(SortedMap<String, Rule> rulesByText) {
        StringBuilder out = new StringBuilder("{");
        for (var entry : rulesByText.entrySet()) {
            out.append(out.length() == 1 ? "" : ",");
            Json.quote(entry.getKey(), out);
            out.append(":[\"")
                    .append(String.join("\",\"", words(entry.getValue().operations())))
                    .append("\"]");
        }
        return out.append('}').toString();
    }

    private static List<String> words(int operations) {
        if (operations == ALL) {
            return List.of(ALL_WORD);
        }
        return Stream.of(Operation.values())
                .filter(operation -> (operations & operation.bit()) != 0)
                .map(Operation::word)
                .sorted()
                .toList();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Capability capability && canonical.equals(capability.canonical);
    }

    @Override
    public int hashCode() {
        return canonical.hashCode();
    }

    @Override
    public String toString() {
        return canonical;
    }
}
