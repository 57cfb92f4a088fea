package io.hark.auth;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Value: what a capability can grant on a resource.
public enum Operation {
    SUBSCRIBE("subscribe"),
    PUBLISH("publish"),
    PRESENCE("presence"),
    OBJECT_SUBSCRIBE("object-subscribe"),
    OBJECT_PUBLISH("object-publish"),
    ANNOTATION_SUBSCRIBE("annotation-subscribe"),
    ANNOTATION_PUBLISH("annotation-publish"),
    MESSAGE_UPDATE_OWN("message-update-own"),
    MESSAGE_UPDATE_ANY("message-update-any"),
    MESSAGE_DELETE_OWN("message-delete-own"),
    MESSAGE_DELETE_ANY("message-delete-any"),
    HISTORY("history"),
    STATS("stats"),
    PUSH_SUBSCRIBE("push-subscribe"),
    PUSH_ADMIN("push-admin"),
    CHANNEL_METADATA("channel-metadata"),
    PRIVILEGED_HEADERS("privileged-headers");

    private static final Map<String, Operation> BY_WORD =
            Stream.of(values()).collect(Collectors.toUnmodifiableMap(Operation::word, Function.identity()));

    private final String word;

    Operation(String word) {
        this.word = word;
    }

    /// How capabilities spell it.
    public String word() {
        return word;
    }

    /// @return empty for unknown words, and for `*`, which is no operation but all of them
    public static Optional<Operation> fromWord(String word) {
        return Optional.ofNullable(BY_WORD.get(word));
    }

    int bit() {
        return 1 << ordinal();
    }
}
