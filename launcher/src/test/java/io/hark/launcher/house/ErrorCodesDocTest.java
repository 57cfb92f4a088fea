package io.hark.launcher.house;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.protocol.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// `docs/error-codes.md` says what the table in [ErrorCode] says. `-Dhark.docs=fix` writes it.
class ErrorCodesDocTest {
    private static final Path PAGE = Path.of("..", "docs", "error-codes.md");

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
                        .collect(Collectors.joining());
        if ("fix".equals(System.getProperty("hark.docs"))) {
            Files.writeString(PAGE, page);
        }
        assertThat(PAGE).as("run with -Dhark.docs=fix").hasContent(page);
    }
}
