package io.hark.push;

import io.hark.auth.Outcome;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Blocking: pushes to channels (`ablyChannel`), of this server or of another that speaks its protocol.
/// Each notification is published with an id, so that it is there once however often it is tried.
final class ChannelTransport implements PushTransport {
    private static final String NAME = "__ably_push__";
    private static final Duration LATER = Duration.ofSeconds(1);

    private final OwnChannels own;
    private final Outbound outbound;

    ChannelTransport(OwnChannels own, Outbound outbound) {
        this.own = own;
        this.outbound = outbound;
    }

    @Override
    public PushOutcome send(String app, Map<String, Object> recipient, PushPayload payload, String id) {
        Optional<URI> url = Trees.textIn(recipient, "ablyUrl").flatMap(Recipient::url);
        String key = Trees.textIn(recipient, "ablyKey").orElse("");
        String channel = Trees.textIn(recipient, "channel").orElse("");
        if (url.isEmpty()) {
            return new PushOutcome.Refused(ErrorCode.INVALID_PUSH_RECIPIENT.info("ablyUrl is no URL"));
        }
        return own.isOwn(url.get())
                ? publish(key, channel, id, payload.normalised())
                : post(url.get(), key, channel, id, payload.normalised());
    }

    private PushOutcome publish(String key, String channel, String id, String text) {
        try {
            return switch (PushRows.await(own.publish(key, channel, id, NAME, text))) {
                case Outcome.Ok<Boolean> published -> new PushOutcome.Delivered();
                case Outcome.Refused<Boolean>(var error) -> refused(error);
            };
        } catch (PushRefusal late) {
            return refused(late.error());
        }
    }

    private static PushOutcome refused(ErrorInfo error) {
        return error.statusCode() >= 500 || error.statusCode() == 429
                ? new PushOutcome.Later(error, LATER)
                : new PushOutcome.Refused(error);
    }

    private PushOutcome post(URI url, String key, String channel, String id, String text) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("id", id);
        message.put("name", NAME);
        message.put("data", text);
        String path = "/channels/%s/messages"
                .formatted(URLEncoder.encode(channel, StandardCharsets.UTF_8).replace("+", "%20"));
        Map<String, String> headers = Map.of(
                "Content-Type",
                "application/json",
                "Authorization",
                "Basic " + Base64.getEncoder().encodeToString(key.getBytes(StandardCharsets.UTF_8)),
                "X-Ably-Version",
                "2");
        URI target = URI.create("%s://%s%s".formatted(url.getScheme(), url.getRawAuthority(), path));
        return switch (outbound.post(target, headers, Trees.json(message).getBytes(StandardCharsets.UTF_8))) {
            case Outbound.Answer.Forbidden(var why) -> new PushOutcome.Refused(why);
            case Outbound.Answer.Failed(var why) -> new PushOutcome.Later(why, LATER);
            case Outbound.Answer.Response response when response.isSuccess() -> new PushOutcome.Delivered();
            case Outbound.Answer.Response response
            when response.isPassing() -> new PushOutcome.Later(answered(url, response), response.retryIn());
            case Outbound.Answer.Response response -> new PushOutcome.Refused(answered(url, response));
        };
    }

    private static ErrorInfo answered(URI url, Outbound.Answer.Response response) {
        return ErrorCode.PUSH_NOT_DELIVERED.info("%s answered %d".formatted(url.getHost(), response.status()));
    }
}
