package io.hark.sdk;

import io.hark.protocol.Message;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/// Handle: gives each publish an id that no other has, by which the server recognises it when it comes
/// again (RSL1k). Any thread.
final class Ids {
    private static final int RANDOM_BYTES = 9;

    private final String prefix;
    private final AtomicLong count = new AtomicLong();

    Ids(RandomGenerator random) {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        prefix = Base64.getUrlEncoder().encodeToString(bytes);
    }

    /// The messages of one publish; those that have ids of the application's own keep them.
    List<Message> given(List<Message> messages) {
        if (messages.stream().anyMatch(message -> message.id().isPresent())) {
            return messages;
        }
        String base = prefix + Long.toString(count.getAndIncrement(), Character.MAX_RADIX) + ":";
        List<Message> given = new ArrayList<>(messages.size());
        for (int i = 0; i < messages.size(); i++) {
            given.add(messages.get(i).withId(base + i));
        }
        return given;
    }
}
