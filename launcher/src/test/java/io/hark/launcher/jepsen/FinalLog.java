package io.hark.launcher.jepsen;

import io.hark.protocol.Format;
import io.hark.protocol.MalformedFrame;
import io.hark.protocol.Message;
import io.hark.protocol.ProtocolCodec;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads a channel's whole history over REST, page by page, oldest first.
final class FinalLog {
    private static final Pattern NEXT = Pattern.compile("<\\./messages(\\?[^>]*)>; rel=\"next\"");

    private FinalLog() {}

    static List<Message> of(NodeProcess node, String channel) throws IOException, InterruptedException, MalformedFrame {
        String path = "/channels/" + URLEncoder.encode(channel, StandardCharsets.UTF_8) + "/messages";
        List<Message> messages = new ArrayList<>();
        Optional<String> query = Optional.of("?direction=forwards&limit=1000&format=msgpack");
        while (query.isPresent()) {
            HttpResponse<byte[]> page = node.get(path + query.get());
            if (page.statusCode() != 200) {
                throw new IOException("history answers %d: %s"
                        .formatted(page.statusCode(), new String(page.body(), StandardCharsets.UTF_8)));
            }
            messages.addAll(ProtocolCodec.of(Format.MSGPACK).decodeMessagePage(page.body()));
            query = page.headers().allValues("link").stream()
                    .map(NEXT::matcher)
                    .filter(Matcher::find)
                    .map(link -> link.group(1))
                    .findFirst();
        }
        return messages;
    }
}
