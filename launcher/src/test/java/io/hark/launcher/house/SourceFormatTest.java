package io.hark.launcher.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.JavaFormatterOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Every source file looks as the formatter writes it. `-Dhark.format=fix` rewrites those that do not:
///
///     ./mvnw -pl launcher -am test -Dtest=SourceFormatTest -Dsurefire.failIfNoSpecifiedTests=false
///     -Dhark.format=fix
class SourceFormatTest {
    private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

    private final Formatter formatter = Formatter.createFormatter(JavaFormatterOptions.builder()
            .style(JavaFormatterOptions.Style.PALANTIR)
            .build());

    @Test
    void everySourceFileIsFormatted() throws IOException {
        boolean fix = "fix".equals(System.getProperty("hark.format"));
        List<Path> sources = sources();
        List<String> unformatted = new ArrayList<>();
        for (Path source : sources) {
            String text = Files.readString(source);
            String formatted = formatted(source, text);
            if (!formatted.equals(text)) {
                if (fix) {
                    Files.writeString(source, formatted);
                } else {
                    unformatted.add(PROJECT.relativize(source).toString());
                }
            }
        }
        assertThat(sources).as("the test looks in the right place").hasSizeGreaterThan(50);
        assertThat(unformatted).as("run with -Dhark.format=fix").isEmpty();
    }

    private String formatted(Path source, String text) {
        try {
            return formatter.formatSourceAndFixImports(text);
        } catch (FormatterException e) {
            throw new AssertionError("%s cannot be parsed".formatted(PROJECT.relativize(source)), e);
        }
    }

    private static List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        try (Stream<Path> modules = Files.list(PROJECT)) {
            for (Path module :
                    modules.filter(dir -> Files.exists(dir.resolve("pom.xml"))).toList()) {
                try (Stream<Path> files = Files.walk(module.resolve("src"))) {
                    files.filter(file -> file.toString().endsWith(".java"))
                            .filter(file -> !file.endsWith("package-info.java"))
                            .forEach(sources::add);
                }
            }
        }
        return sources;
    }
}
