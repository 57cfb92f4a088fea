package io.hark.launcher.house;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.auth.Operation;
import io.hark.protocol.ChannelMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// `docs/compatibility.md` says of everything that the server knows whether it works, and names tests that exist.
class CompatibilityDocTest {
    private static final Path PROJECT = Path.of("..");
    private static final Path PAGE = PROJECT.resolve("docs").resolve("compatibility.md");
    private static final Path SCRIPTS = Path.of("src", "test", "js", "interop");
    private static final Set<String> STATES = Set.of("works", "differs", "absent");
    private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");
    private static final Pattern ROUTE = Pattern.compile("\\bon\\(\\s*\"([A-Z]+)\",\\s*\"([^\"]+)\"");
    private static final Pattern RULE =
            Pattern.compile("tree\\.put\\(\"([A-Za-z]+)\", (?:rules\\.(?!id)|delivery|interval|key\\.toString)");
    private static final Pattern OPTION = Pattern.compile("all\\.(?:containsKey|get)\\(\"([a-z]+)\"\\)");

    private record Row(String feature, String state, String here, String shownBy) {
        static Row of(String line) {
            String[] cells = line.split("\\|", -1);
            assertThat(cells).as(line).hasSize(6);
            return new Row(cells[1].strip(), cells[2].strip(), cells[3].strip(), cells[4].strip());
        }
    }

    @Test
    void everyLineHasAStateAndTestsThatExist() throws IOException {
        List<String> faults = new ArrayList<>();
        for (Row row : rows()) {
            if (!STATES.contains(row.state())) {
                faults.add("'%s' is no state: %s".formatted(row.state(), row.feature()));
            }
            if (row.state().equals("differs") && row.here().isEmpty()) {
                faults.add("it does not say how it differs: " + row.feature());
            }
            List<String> tests = quoted(row.shownBy());
            if (!row.state().equals("absent") && tests.isEmpty()) {
                faults.add("no test shows it: " + row.feature());
            }
            tests.stream().filter(test -> !exists(test)).forEach(test -> faults.add("there is no test " + test));
        }
        assertThat(faults).isEmpty();
    }

    @Test
    void everyModeCapabilityRuleParamAndRouteIsThere() throws IOException {
        Set<String> missing = new TreeSet<>();
        Arrays.stream(ChannelMode.values())
                .map(mode -> mode.name().toLowerCase(Locale.ROOT))
                .forEach(missing::add);
        Arrays.stream(Operation.values()).map(Operation::word).forEach(missing::add);
        missing.addAll(found(RULE, PROJECT.resolve("auth/src/main/java/io/hark/auth/AppTrees.java")));
        missing.addAll(found(RULE, PROJECT.resolve("auth/src/main/java/io/hark/auth/DeliveryTrees.java")));
        missing.addAll(found(OPTION, Path.of("../frontend-node/src/main/java/io/hark/frontend/ChannelOptions.java")));
        try (Stream<Path> sources = Files.walk(PROJECT.resolve("rest-api/src/main/java"))) {
            for (Path source : sources.filter(Files::isRegularFile).toList()) {
                Matcher route = ROUTE.matcher(Files.readString(source));
                while (route.find()) {
                    missing.add(route.group(1) + " " + route.group(2));
                }
            }
        }
        assertThat(missing).hasSizeGreaterThan(40);
        rows().forEach(row -> quoted(row.feature()).forEach(missing::remove));

        assertThat(missing).as("not in docs/compatibility.md").isEmpty();
    }

    /// What the pattern's group is in the file.
    private static List<String> found(Pattern pattern, Path file) throws IOException {
        List<String> all = pattern.matcher(Files.readString(file))
                .results()
                .map(match -> match.group(1))
                .toList();
        assertThat(all).as(file.toString()).isNotEmpty();
        return all;
    }

    private static List<Row> rows() throws IOException {
        List<Row> rows = Files.readAllLines(PAGE).stream()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| feature "))
                .map(Row::of)
                .toList();
        assertThat(rows).isNotEmpty();
        return rows;
    }

    private static List<String> quoted(String text) {
        return QUOTED.matcher(text).results().map(match -> match.group(1)).toList();
    }

    private static boolean exists(String test) {
        int colon = test.indexOf(": ");
        String file = test.substring(0, Math.max(0, colon));
        String name = test.substring(colon + 2);
        try {
            if (file.endsWith(".mjs")) {
                String script = Files.readString(SCRIPTS.resolve(file));
                return Stream.of("'", "`", "\"").anyMatch(quote -> script.contains("test(" + quote + name + quote));
            }
            return source(file).contains(" " + name + "(");
        } catch (IOException unreadable) {
            return false;
        }
    }

    private static String source(String testClass) throws IOException {
        try (Stream<Path> modules = Files.list(PROJECT)) {
            for (Path tests : modules.map(module -> module.resolve("src/test/java"))
                    .filter(Files::isDirectory)
                    .toList()) {
                try (Stream<Path> files = Files.walk(tests)) {
                    List<Path> found = files.filter(file -> file.endsWith(testClass + ".java"))
                            .toList();
                    if (!found.isEmpty()) {
                        return Files.readString(found.getFirst());
                    }
                }
            }
        } catch (UncheckedIOException failure) {
            throw failure.getCause();
        }
        throw new IOException("there is no class " + testClass);
    }
}
