package io.hark.protocol;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Value: a channel's name taken apart: `[qualifier?params]base`.
///
/// @param full      as the client wrote it; replies carry exactly this
/// @param qualifier what kind of channel the brackets make it; empty for an ordinary one
/// @param params    channel params given within the brackets, URL-decoded; of a repeated one the last counts
/// @param base      the name after the brackets
public record ChannelName(String full, Optional<Qualifier> qualifier, Map<String, String> params, String base) {
    /// UTF-16 units; a longer name is refused with 40010.
    public static final int LENGTH_MAX = 2047;

    private static final String META = "meta";
    private static final String FILTER = "filter=";

    public ChannelName {
        params = Map.copyOf(params);
    }

    /// What a channel other than an ordinary one is.
    public sealed interface Qualifier {
        /// `[meta]name`: the server's own reports.
        record Meta() implements Qualifier {}

        /// `[filter=...]name`: the messages of a channel that an expression selects.
        ///
        /// @param expression as written: JMESPath in base64
        record Filter(String expression) implements Qualifier {}
    }

    /// What became of parsing a name.
    public sealed interface Parsed {
        record Valid(ChannelName name) implements Parsed {}

        /// @param error 40010, with what is wrong
        record Invalid(ErrorInfo error) implements Parsed {}
    }

    /// The part that rules are given for: up to the first colon, or all.
    public String namespace() {
        int colon = base.indexOf(':');
        return colon < 0 ? base : base.substring(0, colon);
    }

    public static Parsed parse(String full) {
        if (full.length() > LENGTH_MAX) {
            return invalid("is " + full.length() + " characters long, the limit is " + LENGTH_MAX);
        }
        if (full.indexOf('\n') >= 0 || full.indexOf('\r') >= 0) {
            return invalid("holds a line break");
        }
        if (full.isEmpty() || full.charAt(0) != '[') {
            return named(full, Optional.empty(), Map.of(), full);
        }
        int close = full.indexOf(']');
        if (close < 0) {
            return invalid("starts with '[' and has no ']'; a name cannot start with '[' other than as a qualifier");
        }
        String brackets = full.substring(1, close);
        int question = brackets.indexOf('?');
        String word = question < 0 ? brackets : brackets.substring(0, question);
        Optional<Qualifier> qualifier = qualifier(word);
        // Nothing but params, `[?rewind=1]name`, qualifies nothing and is fine.
        if (qualifier.isEmpty() && (question < 0 || !word.isEmpty())) {
            return invalid("has the invalid qualifier '" + word + "'; known are meta and filter=<expression>");
        }
        try {
            Map<String, String> params = question < 0 ? Map.of() : params(brackets.substring(question + 1));
            return named(full, qualifier, params, full.substring(close + 1));
        } catch (IllegalArgumentException badEscape) {
            return invalid("has params that are not URL-encoded: " + badEscape.getMessage());
        }
    }

    private static Optional<Qualifier> qualifier(String word) {
        if (word.equals(META)) {
            return Optional.of(new Qualifier.Meta());
        }
        return word.startsWith(FILTER) && word.length() > FILTER.length()
                ? Optional.of(new Qualifier.Filter(word.substring(FILTER.length())))
                : Optional.empty();
    }

    private static Parsed named(String full, Optional<Qualifier> qualifier, Map<String, String> params, String base) {
        if (base.isEmpty()) {
            return invalid("is empty");
        }
        if (base.charAt(0) == ':' || base.charAt(0) == '[') {
            return invalid("starts with '" + base.charAt(0) + "', which is reserved");
        }
        return new Parsed.Valid(new ChannelName(full, qualifier, params, base));
    }

    private static Map<String, String> params(String query) {
        Map<String, String> params = new LinkedHashMap<>();
        int from = 0;
        while (from < query.length()) {
            int ampersand = query.indexOf('&', from);
            int end = ampersand < 0 ? query.length() : ampersand;
            int equals = query.indexOf('=', from);
            int nameEnd = equals < 0 || equals > end ? end : equals;
            if (nameEnd > from) {
                params.put(
                        decoded(query.substring(from, nameEnd)),
                        decoded(query.substring(Math.min(nameEnd + 1, end), end)));
            }
            from = end + 1;
        }
        return params;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private static Parsed invalid(String why) {
        return new Parsed.Invalid(ErrorCode.INVALID_CHANNEL_NAME.info("the channel name " + why));
    }
}
