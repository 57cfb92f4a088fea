package io.hark.protocol;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Value: a text with placeholders for what a message says of itself: `#{channelName}`,
/// `#{message.name}`, `#{message.id}`, `#{message.clientId}`, `#{message.extras.headers['city']}`,
/// several of these in parentheses, and a hash of them: `#{(message.name, channelName) | hash(8)}`,
/// `#{message.id | moduloHash(16)}`.
public final class Interpolation {
    /// A longer text is refused.
    public static final int CHARS_MAX = 1_000;

    private static final Pattern PLACEHOLDER = Pattern.compile("#\\{([^{}]*)}");
    private static final Pattern CONTENT =
            Pattern.compile("\\s*(?:\\((?<tuple>[^()|]*)\\)|(?<one>[^()|]*?))\\s*(?:\\|\\s*(?<filter>.*?)\\s*)?");
    private static final Pattern FILTER =
            Pattern.compile("(hash|moduloHash)(?:\\(\\s*(\\d{1,9})\\s*(?:,\\s*(\\d{1,2})\\s*)?\\))?");
    private static final Pattern HEADER = Pattern.compile("message\\.extras\\.headers\\[(['\"])([^'\"]*)\\1]");
    private static final int HASH_CHARS = 16;
    private static final SipHash HASH = new SipHash(0, 0);

    private final String text;
    private final List<Part> parts;

    private interface Part {
        String of(Subject subject);
    }

    private record Subject(String channelName, String messageId, Message message) {}

    private Interpolation(String text, List<Part> parts) {
        this.text = text;
        this.parts = List.copyOf(parts);
    }

    /// @throws MalformedFrame 40003, with the placeholder that is none
    public static Interpolation parse(String text) throws MalformedFrame {
        if (text.length() > CHARS_MAX) {
            throw malformed("it has %d characters, the limit is %d".formatted(text.length(), CHARS_MAX));
        }
        List<Part> parts = new ArrayList<>();
        Matcher matcher = PLACEHOLDER.matcher(text);
        int end = 0;
        while (matcher.find()) {
            literal(text.substring(end, matcher.start()), parts);
            parts.add(placeholder(matcher.group(1)));
            end = matcher.end();
        }
        literal(text.substring(end), parts);
        return new Interpolation(text, parts);
    }

    private static void literal(String literal, List<Part> parts) throws MalformedFrame {
        if (literal.contains("#{")) {
            throw malformed("the placeholder at '%s' is not closed".formatted(literal));
        }
        if (!literal.isEmpty()) {
            parts.add(subject -> literal);
        }
    }

    private static Part placeholder(String content) throws MalformedFrame {
        Matcher matcher = CONTENT.matcher(content);
        if (!matcher.matches()) {
            throw malformed("'%s' is no placeholder".formatted(content));
        }
        String names = matcher.group("tuple") == null ? matcher.group("one") : matcher.group("tuple");
        List<Part> values = new ArrayList<>();
        for (String name : matcher.group("tuple") == null ? List.of(names) : List.of(names.split(",", -1))) {
            values.add(variable(name.strip()));
        }
        Part joined = values.size() == 1
                ? values.getFirst()
                : subject -> String.join(
                        ",", values.stream().map(value -> value.of(subject)).toList());
        return matcher.group("filter") == null ? joined : filtered(matcher.group("filter"), joined);
    }

    private static Part variable(String name) throws MalformedFrame {
        Matcher header = HEADER.matcher(name);
        if (header.matches()) {
            String key = header.group(2);
            return subject ->
                    subject.message().extras().get("headers") instanceof Map<?, ?> headers && headers.get(key) != null
                            ? headers.get(key).toString()
                            : "";
        }
        return switch (name) {
            case "channelName" -> Subject::channelName;
            case "message.id" -> Subject::messageId;
            case "message.name" -> subject -> orEmpty(subject.message().name());
            case "message.clientId" -> subject -> orEmpty(subject.message().clientId());
            default -> throw malformed("there is no '%s'".formatted(name));
        };
    }

    private static String orEmpty(Optional<String> text) {
        return text.orElse("");
    }

    private static Part filtered(String filter, Part value) throws MalformedFrame {
        Matcher matcher = FILTER.matcher(filter);
        if (!matcher.matches()) {
            throw malformed("'%s' is no filter".formatted(filter));
        }
        boolean modulo = matcher.group(1).equals("moduloHash");
        long first = matcher.group(2) == null ? 0 : Long.parseLong(matcher.group(2));
        int digits = matcher.group(3) == null ? 1 : Integer.parseInt(matcher.group(3));
        boolean right = modulo ? first > 0 && digits >= 1 : matcher.group(3) == null && first <= HASH_CHARS;
        if (!right || !modulo && matcher.group(2) != null && first == 0) {
            throw malformed("'%s' is out of range".formatted(filter));
        }
        if (modulo) {
            String format = "%0" + digits + "d";
            return subject -> format.formatted(Long.remainderUnsigned(hash(value.of(subject)), first));
        }
        int chars = first == 0 ? HASH_CHARS : (int) first;
        return subject -> "%016x".formatted(hash(value.of(subject))).substring(0, chars);
    }

    private static long hash(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return HASH.of(bytes, bytes.length);
    }

    private static MalformedFrame malformed(String why) {
        return new MalformedFrame(ErrorCode.INVALID_PARAMETER_VALUE.info("invalid interpolation: " + why));
    }

    /// The text for one message; what the message does not say is empty.
    public String apply(String channelName, String messageId, Message message) {
        Subject subject = new Subject(channelName, messageId, message);
        StringBuilder out = new StringBuilder();
        parts.forEach(part -> out.append(part.of(subject)));
        return out.toString();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Interpolation interpolation && interpolation.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /// The text with its placeholders.
    @Override
    public String toString() {
        return text;
    }
}
