package io.hark.launcher.house;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.protocol.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// `docs/error-codes.md` says what the table in [ErrorCode] says, and of the codes that are not in it why
/// (`codes-not-sent.txt`). `-Dhark.docs=fix` writes it.
class ErrorCodesDocTest {
    private static final Path PAGE = Path.of("..", "docs", "error-codes.md");

    /// Codes that are explained together.
    private record NotSent(List<Integer> codes, String meaning, String reason) {
        static NotSent of(String line) {
            String[] cells = line.split(" \\| ", -1);
            assertThat(cells).as(line).hasSize(3);
            return new NotSent(
                    Arrays.stream(cells[0].split(" ")).map(Integer::valueOf).toList(), cells[1], cells[2]);
        }

        String shown() {
            String numbers = codes.stream().map(Object::toString).collect(Collectors.joining(", "));
            return "| %s | %s | %s |\n".formatted(numbers, meaning, reason);
        }
    }

    private static List<NotSent> notSent() throws IOException {
        try (InputStream lines = ErrorCodesDocTest.class.getResourceAsStream("codes-not-sent.txt")) {
            return new String(lines.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(NotSent::of)
                    .toList();
        }
    }

    @Test
    void noCodeIsSentThatIsSaidNotToBe() throws IOException {
        List<Integer> codes =
                notSent().stream().flatMap(row -> row.codes().stream()).toList();

        assertThat(codes)
                .doesNotHaveDuplicates()
                .doesNotContainAnyElementsOf(
                        Arrays.stream(ErrorCode.values()).map(ErrorCode::code).toList());
        assertThat(notSent())
                .isSortedAccordingTo(Comparator.comparing(row -> row.codes().getFirst()));
    }

    @Test
    void thePageListsEveryCode() throws IOException {
        String page = """
                # Error codes

                Every error that Hark tells a client has a code, an HTTP status and a message that says what was wrong. Over a
                realtime connection they come in ERROR, DISCONNECTED, NACK, DETACHED and ATTACHED frames, over HTTP as
                `{"error": {...}}`. Codes 40140 to 40149 with status 401 mean: get a new token and try again.

                | code | status | meaning |
                |---|---|---|
                """
                + Arrays.stream(ErrorCode.values())
                        .sorted(Comparator.comparingInt(ErrorCode::code))
                        .map(code -> "| %d | %d | %s |\n".formatted(code.code(), code.statusCode(), code.description()))
                        .collect(Collectors.joining())
                + """

                ## Codes of Ably's that Hark does not send

                | code | meaning | why not |
                |---|---|---|
                """
                + notSent().stream().map(NotSent::shown).collect(Collectors.joining());
        if ("fix".equals(System.getProperty("hark.docs"))) {
            Files.writeString(PAGE, page);
        }
        assertThat(PAGE).as("run with -Dhark.docs=fix").hasContent(page);
    }
}
