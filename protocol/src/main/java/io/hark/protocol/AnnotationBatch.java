package io.hark.protocol;

import java.util.List;
import java.util.Optional;

/// Value: the annotations that one publish put on a message, as one unit.
///
/// @param id           the frame's id; annotations without an id of their own inherit `id:index`
/// @param connectionId the publishing connection; empty when published over REST
/// @param timestamp    time of acceptance in milliseconds since the epoch
public record AnnotationBatch(String id, Optional<String> connectionId, long timestamp, List<Annotation> annotations) {
    public AnnotationBatch {
        annotations = List.copyOf(annotations);
    }

    public AnnotationBatch with(List<Annotation> others) {
        return new AnnotationBatch(id, connectionId, timestamp, others);
    }
}
