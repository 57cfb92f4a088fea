package io.hark.protocol;

import java.util.Locale;

/// Value: how annotations of a type are summed up (TM7), as the end of the type says:
/// `reaction:distinct.v1`.
public enum AnnotationMethod {
    /// Counts, whoever it is.
    TOTAL(false, false),
    /// The clients that have set it.
    FLAG(true, false),
    /// By name, the clients that have set it; a client may have set several.
    DISTINCT(true, true),
    /// By name, the clients that have set it last; a client is at one name at most.
    UNIQUE(true, true),
    /// By name, how often each client has.
    MULTIPLE(false, true),
    /// None that is known: annotations of the type are delivered and listed, and not summed up.
    NONE(false, false);

    private static final String VERSION = ".v1";
    private static final AnnotationMethod[] VALUES = values();

    private final boolean identified;
    private final boolean named;

    AnnotationMethod(boolean identified, boolean named) {
        this.identified = identified;
        this.named = named;
    }

    public static AnnotationMethod of(String type) {
        int colon = type.lastIndexOf(':');
        String end = type.substring(colon + 1);
        if (colon > 0 && end.endsWith(VERSION)) {
            for (AnnotationMethod method : VALUES) {
                if (method != NONE && end.equals(method.name().toLowerCase(Locale.ROOT) + VERSION)) {
                    return method;
                }
            }
        }
        return NONE;
    }

    /// Whether only a client with a clientId can annotate.
    public boolean isIdentified() {
        return identified;
    }

    /// Whether an annotation has a name.
    public boolean isNamed() {
        return named;
    }
}
