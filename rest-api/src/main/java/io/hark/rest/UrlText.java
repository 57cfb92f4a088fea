package io.hark.rest;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Percent-encoding as URLs use it (RFC 3986). The JDK's decoder lets malformed UTF-8 pass, and its
/// encoder writes spaces as `+`, which one SDK does not read back.
final class UrlText {
    /// Params of one query; further ones are ignored.
    static final int PARAMS_MAX = 256;

    private static final String UNRESERVED = "-._~";

    private UrlText() {}

    /// The params of a query or form; one that is not encoded properly is taken as it stands.
    static Map<String, String> query(String raw) {
        Map<String, String> params = new LinkedHashMap<>();
        int from = 0;
        while (from < raw.length() && params.size() < PARAMS_MAX) {
            int ampersand = raw.indexOf('&', from);
            int end = ampersand < 0 ? raw.length() : ampersand;
            int equals = raw.indexOf('=', from);
            int nameEnd = equals < 0 || equals > end ? end : equals;
            if (nameEnd > from) {
                params.put(
                        lenient(raw.substring(from, nameEnd)), lenient(raw.substring(Math.min(nameEnd + 1, end), end)));
            }
            from = end + 1;
        }
        return params;
    }

    private static String lenient(String raw) {
        return decode(raw.replace('+', ' ')).orElse(raw);
    }

    /// @return empty for a `%` without two hex digits and for bytes that are not UTF-8
    static Optional<String> decode(String raw) {
        if (raw.indexOf('%') < 0) {
            return Optional.of(raw);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(raw.length());
        int at = 0;
        while (at < raw.length()) {
            int percent = raw.indexOf('%', at);
            int plainEnd = percent < 0 ? raw.length() : percent;
            bytes.writeBytes(raw.substring(at, plainEnd).getBytes(StandardCharsets.UTF_8));
            at = plainEnd;
            if (percent >= 0) {
                int high = at + 1 < raw.length() ? Character.digit(raw.charAt(at + 1), 16) : -1;
                int low = at + 2 < raw.length() ? Character.digit(raw.charAt(at + 2), 16) : -1;
                if (high < 0 || low < 0) {
                    return Optional.empty();
                }
                bytes.write(high << 4 | low);
                at += 3;
            }
        }
        return utf8(bytes.toByteArray());
    }

    static Optional<String> utf8(byte[] bytes) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    /// Everything but letters, digits and `-._~` encoded.
    static String encode(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16);
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain =
                    c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || UNRESERVED.indexOf(c) >= 0;
            if (plain) {
                out.append(c);
            } else {
                out.append('%')
                        .append(Character.toUpperCase(Character.forDigit(c >> 4, 16)))
                        .append(Character.toUpperCase(Character.forDigit(c & 0xf, 16)));
            }
        }
        return out.toString();
    }
}
