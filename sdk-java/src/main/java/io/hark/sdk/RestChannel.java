package io.hark.sdk;

import io.hark.protocol.Format;
import io.hark.protocol.ProtocolCodec;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Handle: a channel by requests, each on its own. Any thread.
public final class RestChannel<T> {
    private static final Pattern NEXT = Pattern.compile("<\\./[^?>]*\\?([^>]*)>;\\s*rel=\"next\"");

    private final String path;
    private final Codec<T> codec;
    private final HarkRest rest;

    RestChannel(String name, Codec<T> codec, HarkRest rest) {
        this.path = "/channels/" + ConnectionUri.encoded(name);
        this.codec = codec;
        this.rest = rest;
    }

    public CompletableFuture<PublishResult> publish(String name, T data) {
        return publishAll(List.of(Draft.of(name, data)));
    }

    /// Publishes the messages as one: they are stored and delivered together, or none is.
    ///
    /// @return fails with [HarkException]; then, unless the code is 50003, nothing was stored
    public CompletableFuture<PublishResult> publishAll(List<Draft<T>> drafts) {
        List<io.hark.protocol.Message> messages =
                drafts.stream().map(draft -> draft.encoded(codec)).toList();
        boolean recognised = rest.options().idempotent();
        List<io.hark.protocol.Message> sent = recognised ? rest.ids().given(messages) : messages;
        Format format = rest.options().format();
        byte[] body = ProtocolCodec.of(format).encodeMessages(sent);
        return rest.http()
                .call(new Http.Call("POST", path + "/messages", Map.of(), format, body, recognised))
                .thenApply(answer -> HarkRest.read(answer, (wire, bytes) -> result(wire.decodeValue(bytes))));
    }

    private static PublishResult result(Object body) {
        List<String> serials = new ArrayList<>();
        if (body instanceof Map<?, ?> map && map.get("serials") instanceof List<?> list) {
            list.forEach(serial -> serials.add(serial == null ? "" : serial.toString()));
        }
        return new PublishResult(serials);
    }

    public Pages<Message<T>> history(HistoryQuery query) {
        return pages("/messages", query.params(), (wire, body) -> {
            List<Message<T>> page = new ArrayList<>();
            for (io.hark.protocol.Message message : wire.decodeMessagePage(body)) {
                page.add(read(message));
            }
            return page;
        });
    }

    private Message<T> read(io.hark.protocol.Message message) {
        try {
            return Message.of(message, Message.Inherited.NOTHING, codec);
        } catch (Exception unreadable) { // the application's codec, whatever it throws
            throw new HarkException(
                    ClientErrors.unreadable("the message %s cannot be read by the channel's codec: %s"
                            .formatted(message.id().orElse(""), unreadable)),
                    unreadable);
        }
    }

    /// Who is present now.
    public Pages<Member<T>> members() {
        return pages(
                "/presence",
                Map.of("limit", "1000"),
                (wire, body) -> wire.decodePresencePage(body).stream()
                        .map(message -> Member.of(message, codec))
                        .toList());
    }

    private <E> Pages<E> pages(String resource, Map<String, String> query, HarkRest.Reader<List<E>> reader) {
        Function<Map<String, String>, CompletableFuture<Page<E>>> fetch = new Fetch<>(path + resource, reader);
        return new Pages<>(() -> fetch.apply(query), rest.environment().threads());
    }

    /// Asks for a page.
    private final class Fetch<E> implements Function<Map<String, String>, CompletableFuture<Page<E>>> {
        private final String resource;
        private final HarkRest.Reader<List<E>> reader;

        Fetch(String resource, HarkRest.Reader<List<E>> reader) {
            this.resource = resource;
            this.reader = reader;
        }

        @Override
        public CompletableFuture<Page<E>> apply(Map<String, String> query) {
            return rest.http()
                    .call(Http.Call.get(resource, query, rest.options().format()))
                    .thenApply(answer -> {
                        Optional<Supplier<CompletableFuture<Page<E>>>> following =
                                next(answer).map(params -> () -> apply(params));
                        return new Page<>(HarkRest.read(answer, reader), following);
                    });
        }
    }

    /// What the next page is to be asked for with: the whole query, in place of this page's.
    private static Optional<Map<String, String>> next(Http.Answer answer) {
        for (String link : answer.response().headers().allValues("Link")) {
            Matcher next = NEXT.matcher(link);
            if (next.find()) {
                Map<String, String> query = new LinkedHashMap<>();
                for (String param : next.group(1).split("&")) {
                    int equals = param.indexOf('=');
                    if (equals > 0) {
                        query.put(decoded(param.substring(0, equals)), decoded(param.substring(equals + 1)));
                    }
                }
                return Optional.of(query);
            }
        }
        return Optional.empty();
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
