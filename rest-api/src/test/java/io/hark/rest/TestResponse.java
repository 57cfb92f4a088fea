package io.hark.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.protocol.Format;
import io.hark.protocol.MalformedFrame;
import io.hark.protocol.ProtocolCodec;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/// A response as a client reads it.
record TestResponse(RestResponse raw) {
    static TestResponse of(CompletionStage<RestResponse> stage) {
        return new TestResponse(
                stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join());
    }

    int status() {
        return raw.status();
    }

    List<String> headers(String name) {
        return raw.headers().stream()
                .filter(header -> header.name().equalsIgnoreCase(name))
                .map(RestResponse.Header::value)
                .toList();
    }

    Optional<String> header(String name) {
        assertThat(headers(name)).hasSizeLessThan(2);
        return headers(name).stream().findFirst();
    }

    /// The URL of a relation, as the SDKs' strict patterns find it.
    Optional<String> link(String rel) {
        return headers("Link").stream()
                .map(link -> link.split("; "))
                .peek(parts -> assertThat(parts[0]).matches("<\\./[A-Za-z0-9_]+\\?([^=&,<>\"\\s]+=[^=&,<>\"\\s]+&?)+>"))
                .filter(parts -> parts[1].equals("rel=\"" + rel + "\""))
                .map(parts -> parts[0].substring(1, parts[0].length() - 1))
                .findFirst();
    }

    Object body() {
        Format format =
                raw.contentType().orElseThrow().equals(Format.MSGPACK.mediaType()) ? Format.MSGPACK : Format.JSON;
        assertThat(raw.contentType()).contains(format.mediaType());
        try {
            return ProtocolCodec.of(format).decodeValue(raw.body());
        } catch (MalformedFrame e) {
            throw new AssertionError("the body does not parse", e);
        }
    }

    Map<?, ?> object() {
        return (Map<?, ?>) body();
    }

    List<?> list() {
        return (List<?>) body();
    }

    /// A member of an object within, by its path: `status.occupancy`, `0.data`.
    Object at(String path) {
        Object value = body();
        for (String step : path.split("\\.")) {
            value = value instanceof List<?> items ? items.get(Integer.parseInt(step)) : ((Map<?, ?>) value).get(step);
        }
        return value;
    }

    /// A member of each object in the list.
    List<Object> all(String member) {
        return list().stream()
                .<Object>map(item -> ((Map<?, ?>) item).get(member))
                .toList();
    }

    TestResponse is(int expectedStatus) {
        assertThat(raw.status()).as("%s", this).isEqualTo(expectedStatus);
        return this;
    }

    /// A failure with this code, told in the body and in the headers.
    TestResponse fails(int expectedStatus, int code) {
        is(expectedStatus);
        Map<?, ?> error = (Map<?, ?>) object().get("error");
        assertThat(error.get("code")).as("%s", this).isEqualTo((long) code);
        assertThat(error.get("statusCode")).isEqualTo((long) expectedStatus);
        assertThat((String) error.get("message")).isNotEmpty();
        assertThat(error.get("href")).isEqualTo("https://help.ably.io/error/" + code);
        assertThat(header("X-Ably-Errorcode")).contains(Integer.toString(code));
        assertThat(header("X-Ably-Errormessage")).isPresent();
        return this;
    }

    @Override
    public String toString() {
        return raw.status() + " " + new String(raw.body(), StandardCharsets.UTF_8);
    }
}
