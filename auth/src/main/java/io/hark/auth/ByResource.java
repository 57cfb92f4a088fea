package io.hark.auth;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Value: values for resources, of which the one counts whose pattern says most about the resource.
record ByResource<T>(List<Entry<T>> entries) {
    record Entry<T>(ResourcePattern pattern, T value) {}

    ByResource {
        entries = entries.stream()
                .sorted(Comparator.comparing(Entry::pattern, ResourcePattern.MOST_SPECIFIC_FIRST))
                .toList();
    }

    static <T> ByResource<T> none() {
        return new ByResource<>(List.of());
    }

    Optional<T> of(String resource) {
        for (Entry<T> entry : entries) {
            if (entry.pattern().matches(resource)) {
                return Optional.of(entry.value());
            }
        }
        return Optional.empty();
    }
}
