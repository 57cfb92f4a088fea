package io.hark.rest;

import io.hark.protocol.Format;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// Value: the form that an answer is to have.
///
/// @param format    of the body
/// @param enveloped whether status and headers go into the body, for clients that cannot read them
record Negotiation(Format format, boolean enveloped) {
    /// `Accept` decides, then `format=`, then what the request's own body is in; `envelope=` overrides them
    /// all.
    static Negotiation of(RestRequest request) {
        Optional<Format> envelope = request.param("envelope").flatMap(Negotiation::named);
        Format format = envelope.or(() -> request.header("accept").flatMap(Negotiation::accepted))
                .or(() -> request.param("format").flatMap(Negotiation::named))
                .or(() -> ofMediaType(request.bodyType()))
                .orElse(Format.JSON);
        return new Negotiation(format, envelope.isPresent());
    }

    private static Optional<Format> named(String word) {
        return switch (word) {
            case "json" -> Optional.of(Format.JSON);
            case "msgpack" -> Optional.of(Format.MSGPACK);
            default -> Optional.empty();
        };
    }

    static Optional<Format> ofMediaType(String mediaType) {
        return Arrays.stream(Format.values())
                .filter(format -> format.mediaType().equals(mediaType))
                .findFirst();
    }

    private record Range(Format format, double quality) {}

    /// The format that the client likes best, the first of equals; empty when it names none of ours, as
    /// `*/*` does not.
    private static Optional<Format> accepted(String accept) {
        return Arrays.stream(accept.split(","))
                .flatMap(Negotiation::range)
                .filter(range -> range.quality() > 0)
                .reduce((best, next) -> next.quality() > best.quality() ? next : best)
                .map(Range::format);
    }

    private static Stream<Range> range(String text) {
        String[] parts = text.split(";");
        double quality = Arrays.stream(parts)
                .skip(1)
                .map(String::strip)
                .filter(param -> param.startsWith("q="))
                .mapToDouble(param -> quality(param.substring(2)))
                .findFirst()
                .orElse(1);
        String mediaType = parts.length == 0 ? "" : parts[0].strip().toLowerCase(Locale.ROOT);
        return ofMediaType(mediaType).map(format -> new Range(format, quality)).stream();
    }

    private static double quality(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException malformed) {
            return 1;
        }
    }
}
