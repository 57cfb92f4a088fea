package io.hark.channel;

import io.hark.protocol.Annotation;

/// The keys of [StateKind#TALLY] rows: the message's serial, a letter, then texts, each behind a NUL.
///
/// | key                            | value                                                           |
/// |--------------------------------|-----------------------------------------------------------------|
/// | serial, `T`, type, name        | totals, see [Tallies]                                           |
/// | serial, `C`, type, client, name | how often the client has annotated so                          |
///
/// The client stands before the name, so that all that a client has of a type is found at once.
final class TallyKeys {
    private static final char BETWEEN = '\0';
    private static final char ESCAPE = '\1';

    private TallyKeys() {}

    static String totals(String serial) {
        return serial + BETWEEN + 'T' + BETWEEN;
    }

    static String total(String serial, String type, String name) {
        return totals(serial) + escaped(type) + BETWEEN + escaped(name);
    }

    static String clients(String serial, String type) {
        return serial + BETWEEN + 'C' + BETWEEN + escaped(type) + BETWEEN;
    }

    static String client(String serial, String type, String clientId) {
        return clients(serial, type) + escaped(clientId) + BETWEEN;
    }

    static String client(String serial, Annotation annotation, String name) {
        return client(serial, annotation.type(), annotation.clientId().orElse("")) + escaped(name);
    }

    /// The texts behind the letter.
    static String[] texts(String key, String serial) {
        String[] texts = key.substring(serial.length() + 3).split(String.valueOf(BETWEEN), -1);
        for (int i = 0; i < texts.length; i++) {
            texts[i] = unescaped(texts[i]);
        }
        return texts;
    }

    /// Without NUL, whatever clients send.
    private static String escaped(String text) {
        return text.indexOf(BETWEEN) < 0 && text.indexOf(ESCAPE) < 0
                ? text
                : text.replace("\1", "\1\1").replace("\0", "\1\2");
    }

    private static String unescaped(String text) {
        if (text.indexOf(ESCAPE) < 0) {
            return text;
        }
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == ESCAPE && i + 1 < text.length()) {
                i++;
                out.append(text.charAt(i) == '\2' ? BETWEEN : ESCAPE);
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }
}
