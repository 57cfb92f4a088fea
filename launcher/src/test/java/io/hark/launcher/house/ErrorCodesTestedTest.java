package io.hark.launcher.house;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.protocol.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Every code is brought about by a request of a client in some test of the interop package: in a row of an
/// `…ErrorsTest`, at a rate in `RateLimitsInteropTest`, or of what cannot be pushed in
/// `PushInteropTest`.
///
/// What those tests are about is read from their sources, as a row that is there is run, and fails if it does not
/// bring about the code that it names.
class ErrorCodesTestedTest {
    private static final Path PROJECT = Path.of("..");
    private static final Path INTEROP = Path.of("src/test/java/io/hark/launcher/interop");
    private static final Pattern TABLE =
            Pattern.compile("\\w+ErrorsTest\\.java|RateLimitsInteropTest\\.java|PushInteropTest\\.java");

    /// How a row names its code: `new Case(401, 40101, ...`, `ErrorCode.BAD_REQUEST, "..."`,
    /// `refusedInPart(42911)`, `reason.code).isEqualTo(42921)`, `reason.code == 40150` and
    /// `awaitState(device, "FAILED", 41001)`.
    private static final List<Pattern> ROWS = List.of(
            Pattern.compile("new \\w+\\(\\s*\\d{3},\\s*(\\d{5,6}),"),
            Pattern.compile("ErrorCode\\.([A-Z_]+),\\s*\""),
            Pattern.compile("refusedInPart\\((\\d{5,6})\\)"),
            Pattern.compile("\\.code\\)\\.isEqualTo\\((\\d{5,6})\\)"),
            Pattern.compile("\\.code == (\\d{5,6})"),
            Pattern.compile("awaitState\\(device, \"FAILED\", (\\d{5,6})\\)"));

    /// What no client can bring about, and the test that does.
    private static final Map<ErrorCode, String> FROM_WITHIN = Map.of(
            // Nothing that a client sends leads to it, or it would be a fault.
            ErrorCode.INTERNAL,
            "rest-api/src/test/java/io/hark/rest/RestApiTest.java",
            // A push service answers so, and it is told on a metachannel.
            ErrorCode.PUSH_NOT_DELIVERED,
            "push/src/test/java/io/hark/push/PushRunnerTest.java");

    private static Set<ErrorCode> tested() throws IOException {
        Set<ErrorCode> tested = EnumSet.noneOf(ErrorCode.class);
        try (Stream<Path> sources = Files.list(INTEROP)) {
            for (Path source : sources.filter(
                            path -> TABLE.matcher(path.getFileName().toString()).matches())
                    .toList()) {
                String text = Files.readString(source);
                for (Pattern row : ROWS) {
                    Matcher found = row.matcher(text);
                    while (found.find()) {
                        tested.add(code(found.group(1)));
                    }
                }
            }
        }
        return tested;
    }

    private static ErrorCode code(String nameOrNumber) {
        return Arrays.stream(ErrorCode.values())
                .filter(code -> code.name().equals(nameOrNumber)
                        || Integer.toString(code.code()).equals(nameOrNumber))
                .findAny()
                .orElseThrow(() -> new AssertionError("there is no error code " + nameOrNumber));
    }

    @Test
    void aClientMeetsEveryCodeInSomeTest() throws IOException {
        Set<ErrorCode> met = tested();

        assertThat(met).hasSizeGreaterThan(60).doesNotContainAnyElementsOf(FROM_WITHIN.keySet());
        met.addAll(FROM_WITHIN.keySet());
        assertThat(met).as("every code has a row").containsExactlyInAnyOrder(ErrorCode.values());
    }

    @Test
    void whatNoClientCanBringAboutIsTestedFromWithin() throws IOException {
        for (Map.Entry<ErrorCode, String> exception : FROM_WITHIN.entrySet()) {
            assertThat(PROJECT.resolve(exception.getValue()))
                    .content()
                    .containsPattern("\\b%d\\b|ErrorCode\\.%s\\b"
                            .formatted(exception.getKey().code(), exception.getKey()));
        }
    }
}
