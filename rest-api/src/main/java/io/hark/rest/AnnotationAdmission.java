package io.hark.rest;

import com.dynatrace.hash4j.hashing.Hashing;
import io.hark.channel.Claim;
import io.hark.channel.IdHash;
import io.hark.channel.Publish;
import io.hark.protocol.Annotation;
import io.hark.protocol.AnnotationAction;
import io.hark.protocol.AnnotationBatch;
import io.hark.protocol.AnnotationMethod;
import io.hark.protocol.ContentSize;
import io.hark.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The rules for annotations (RSAN1, RTAN1), part of [PublishAdmission].
final class AnnotationAdmission {
    /// Annotations in one publish; more are refused with 40034.
    static final int ANNOTATIONS_MAX = 100;

    /// Characters of a type or name; one that is longer is refused with 40003.
    static final int TEXT_CHARS_MAX = 1_024;

    private static final byte ID_OF_ANNOTATION = 4;

    private AnnotationAdmission() {}

    /// A client's id is that of what it does: what was received is given back with its id to delete it.
    static PublishAdmission.Ids ids(PublishAdmission.AnnotationRequest request) throws Refusal {
        if (request.annotations().isEmpty()) {
            throw new Refusal(ErrorCode.INVALID_PUBLISH, "there is no annotation in this publish");
        }
        Annotation first = request.annotations().getFirst();
        if (request.annotations().size() > 1 || first.id().isEmpty()) {
            IdHash identity = request.frameIdentity()
                    .orElseGet(() -> PublishAdmission.hash(PublishAdmission.FRAME_ID, request.frameId()));
            return new PublishAdmission.Ids(request.frameId(), Optional.of(identity), request.mayRepeat());
        }
        String id = first.id().get();
        if (id.isEmpty() || id.length() > PublishAdmission.ID_CHARS_MAX) {
            throw new Refusal(
                    ErrorCode.INVALID_MESSAGE_ID,
                    "an annotation's id has 1 to %d characters, this has %d"
                            .formatted(PublishAdmission.ID_CHARS_MAX, id.length()));
        }
        IdHash hash = IdHash.of(Hashing.xxh3_128()
                .hashStream()
                .putByte(ID_OF_ANNOTATION)
                .putInt(first.action().ordinal())
                .putString(id));
        return new PublishAdmission.Ids(id, Optional.of(hash), true);
    }

    static Publish.Annotate content(PublishAdmission.AnnotationRequest request, PublishLimits limits) throws Refusal {
        if (!ChannelAccess.isMutable(request.app(), request.channel())) {
            throw new Refusal(ErrorCode.MUTABLE_MESSAGES_NOT_ENABLED.info());
        }
        if (request.annotations().size() > ANNOTATIONS_MAX) {
            throw new Refusal(
                    ErrorCode.TOO_MANY_MESSAGES,
                    "%d annotations in one publish, the limit is %d; send fewer at once"
                            .formatted(request.annotations().size(), ANNOTATIONS_MAX));
        }
        Optional<String> serial = request.annotations().getFirst().messageSerial();
        ChangeAdmission.serial(serial);
        List<Annotation> admitted = new ArrayList<>(request.annotations().size());
        long bytes = 0;
        for (Annotation annotation : request.annotations()) {
            if (!annotation.messageSerial().equals(serial)) {
                throw new Refusal(
                        ErrorCode.INVALID_PARAMETER_VALUE,
                        "the annotations of one publish are all of the same message; send the others apart");
            }
            Annotation one = admitted(annotation, request);
            bytes += ContentSize.of(one);
            admitted.add(one);
        }
        if (bytes > limits.bytesMax()) {
            throw new Refusal(
                    ErrorCode.MESSAGE_TOO_LARGE,
                    "the annotations are %d bytes, the limit is %d".formatted(bytes, limits.bytesMax()));
        }
        Optional<String> connectionId = request.publisher().map(Claim::connectionId);
        return new Publish.Annotate(
                new AnnotationBatch(request.frameId(), connectionId, 0, admitted), limits.bytesMax());
    }

    private static Annotation admitted(Annotation annotation, PublishAdmission.AnnotationRequest request)
            throws Refusal {
        AnnotationMethod method = AnnotationMethod.of(annotation.type());
        Optional<String> clientId = Refusal.orThrow(request.identity().checkClientId(annotation.clientId()));
        if (method.isIdentified() && clientId.isEmpty()) {
            throw new Refusal(
                    ErrorCode.IDENTIFIED_CLIENT_REQUIRED,
                    "annotations of type %s are of a client; give it a clientId".formatted(annotation.type()));
        }
        boolean nameless = annotation.name().orElse("").isEmpty();
        if (method.isNamed() && nameless && !mayOmitName(annotation, method)) {
            throw new Refusal(
                    ErrorCode.INVALID_PARAMETER_VALUE,
                    "annotations of type %s need a name".formatted(annotation.type()));
        }
        if (annotation.type().length() > TEXT_CHARS_MAX
                || annotation.name().orElse("").length() > TEXT_CHARS_MAX) {
            throw new Refusal(
                    ErrorCode.INVALID_PARAMETER_VALUE,
                    "type and name of an annotation have %d characters at most".formatted(TEXT_CHARS_MAX));
        }
        if (annotation.encoding().orElse("").length() > PublishAdmission.ENCODING_CHARS_MAX) {
            throw new Refusal(
                    ErrorCode.INVALID_MESSAGE_DATA,
                    "the encoding is %d characters long, the limit is %d"
                            .formatted(annotation.encoding().get().length(), PublishAdmission.ENCODING_CHARS_MAX));
        }
        return new Annotation(
                annotation.action(),
                annotation.id(),
                Optional.empty(),
                annotation.messageSerial(),
                annotation.type(),
                nameless ? Optional.empty() : annotation.name(),
                annotation.count(),
                clientId,
                0,
                annotation.data(),
                annotation.encoding(),
                annotation.extras());
    }

    /// A client has one name of a unique type at most, so that it need not say which one it gives up.
    private static boolean mayOmitName(Annotation annotation, AnnotationMethod method) {
        return method == AnnotationMethod.UNIQUE && annotation.action() == AnnotationAction.DELETE;
    }
}
