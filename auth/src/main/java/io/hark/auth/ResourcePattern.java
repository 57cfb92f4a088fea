package io.hark.auth;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Value: which resources one entry of a capability speaks of: `foo`, `foo:*`, `foo:*:baz`, `[meta]*`, `[*]*`.
///
/// @param qualifier empty for ordinary channels, `*` for any resource whether qualified or not, else the
///                  text in brackets
/// @param segments  the segments that must be there; `*` stands for exactly one of any text
/// @param open      whether one or more segments of any text must follow, written as a last `*`
record ResourcePattern(String qualifier, List<String> segments, boolean open) {
    private static final String ANY = "*";

    /// What fixes more segments goes first, then what asks for more of them, then what allows no others.
    static final Comparator<ResourcePattern> MOST_SPECIFIC_FIRST = Comparator.comparingInt(
                    ResourcePattern::fixedSegments)
            .thenComparingInt(pattern -> pattern.segments().size())
            .thenComparing(pattern -> !pattern.open())
            .reversed();

    ResourcePattern {
        segments = List.copyOf(segments);
    }

    /// @return empty when the text names no resource: nothing, or an empty or unclosed qualifier
    static Optional<ResourcePattern> parse(String text) {
        String qualifier = "";
        String name = text;
        if (text.startsWith("[")) {
            int close = text.indexOf(']');
            if (close <= 1) {
                return Optional.empty();
            }
            qualifier = text.substring(1, close);
            name = text.substring(close + 1);
        }
        if (name.isEmpty()) {
            return Optional.empty();
        }
        List<String> segments = List.of(name.split(":", -1));
        boolean open = segments.getLast().equals(ANY);
        return Optional.of(
                new ResourcePattern(qualifier, open ? segments.subList(0, segments.size() - 1) : segments, open));
    }

    private int fixedSegments() {
        return (int) segments.stream().filter(segment -> !segment.equals(ANY)).count();
    }

    String text() {
        List<String> all = new ArrayList<>(segments);
        if (open) {
            all.add(ANY);
        }
        return (qualifier.isEmpty() ? "" : "[" + qualifier + "]") + String.join(":", all);
    }

    /// Whether it speaks of one resource only, the one that is spelled like it.
    boolean isLiteral() {
        return !open && !qualifier.equals(ANY) && !segments.contains(ANY);
    }

    boolean matches(String resource) {
        int at = 0;
        if (resource.startsWith("[")) {
            int close = resource.indexOf(']');
            if (close < 0 || !qualifier.equals(ANY) && !isRegion(resource, 1, close, qualifier)) {
                return false;
            }
            at = close + 1;
        } else if (!qualifier.isEmpty() && !qualifier.equals(ANY)) {
            return false;
        }
        for (String segment : segments) {
            if (at > resource.length()) {
                return false;
            }
            int colon = resource.indexOf(':', at);
            int end = colon < 0 ? resource.length() : colon;
            if (!segment.equals(ANY) && !isRegion(resource, at, end, segment)) {
                return false;
            }
            at = end + 1;
        }
        return open == at <= resource.length();
    }

    private static boolean isRegion(String text, int from, int to, String expected) {
        return expected.length() == to - from && text.startsWith(expected, from);
    }

    /// The resources that both speak of. Patterns are closed under this, so nothing is lost.
    Optional<ResourcePattern> intersect(ResourcePattern other) {
        if (open && !other.open || open == other.open && segments.size() < other.segments.size()) {
            return other.intersect(this);
        }
        // From here on, this pattern is the one that fixes more: whatever of it goes past the other is the
        // result's.
        int surplus = segments.size() - other.segments.size();
        boolean lengthsMeet = other.open ? surplus >= (open ? 0 : 1) : surplus == 0;
        if (!lengthsMeet) {
            return Optional.empty();
        }
        Optional<String> commonQualifier = both(qualifier, other.qualifier);
        if (commonQualifier.isEmpty()) {
            return Optional.empty();
        }
        List<String> common = new ArrayList<>(segments);
        for (int i = 0; i < other.segments.size(); i++) {
            Optional<String> segment = both(segments.get(i), other.segments.get(i));
            if (segment.isEmpty()) {
                return Optional.empty();
            }
            common.set(i, segment.get());
        }
        return Optional.of(new ResourcePattern(commonQualifier.get(), common, open));
    }

    private static Optional<String> both(String a, String b) {
        if (a.equals(ANY)) {
            return Optional.of(b);
        }
        return b.equals(ANY) || a.equals(b) ? Optional.of(a) : Optional.empty();
    }
}
