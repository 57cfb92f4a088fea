package io.hark.loadtest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.hark.sdk.Codec;
import io.hark.sdk.Credentials;
import io.hark.sdk.HarkOptions;
import io.hark.sdk.HarkRest;
import io.hark.sdk.HistoryQuery;
import io.hark.sdk.Message;
import io.hark.sdk.Page;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/// Handle: pages of history over HTTP, by `sdk-java`. Any thread.
final class HistoryPages {
    private final HarkRest rest;
    private final HistoryQuery query;
    private final int depth;

    HistoryPages(Setting setting, int depth) {
        List<URI> endpoints = setting.targets().stream()
                .map(target -> URI.create(target.toString()))
                .toList();
        rest = HarkRest.create(HarkOptions.of(endpoints.getFirst().toString(), Credentials.key(setting.key()))
                .withEndpoints(endpoints)
                .withFormat(setting.format()));
        query = HistoryQuery.newestFirst().withPageSize(depth);
        this.depth = depth;
    }

    /// Asks for the newest page.
    void ask(String channel, Queries.Answer answer) {
        rest.channel(channel, Codec.text())
                .history(query)
                .first()
                .whenComplete((page, failure) -> answer.with(
                        failure == null
                                ? problem(page, depth)
                                : Optional.of("a page of history was not answered: " + failure.getMessage())));
    }

    /// What is wrong with a page that is to have the newest messages of one stream.
    private static Optional<String> problem(Page<Message<String>> page, int depth) {
        return problem(page.items().stream().map(Message::value).toList(), depth);
    }

    static Optional<String> problem(List<String> newestFirst, int depth) {
        if (newestFirst.size() != depth) {
            return Optional.of("a page of history had %d messages in place of %d".formatted(newestFirst.size(), depth));
        }
        long before = -1;
        for (String data : newestFirst) {
            byte[] bytes = data.getBytes(ISO_8859_1);
            if (Mark.find(bytes, 0, bytes.length) != 0) {
                return Optional.of("a page of history had a message that nobody published");
            }
            long sequence = Mark.sequence(bytes, 0);
            if (before >= 0 && sequence != before - 1) {
                return Optional.of("a page of history had a gap, a double or another order: %d came before %d"
                        .formatted(sequence, before));
            }
            before = sequence;
        }
        return Optional.empty();
    }
}
