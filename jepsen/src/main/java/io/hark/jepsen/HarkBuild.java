package io.hark.jepsen;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

/// Value: the program under test, as the launcher's package phase made it, in a copy: a build beside a run
/// must not change the jars of running nodes.
///
/// @param lib        folder of jars
/// @param jvmOptions those that `./hark` runs a node with
record HarkBuild(Path lib, List<String> jvmOptions) {

    /// @param launcher the launcher's folder
    /// @param copy     folder that takes the copy
    static HarkBuild copyOf(Path launcher, Path copy) throws IOException {
        Path built = launcher.resolve(Path.of("target", "hark", "lib"));
        if (!Files.isDirectory(built)) {
            throw new IOException(
                    "%s is missing: build the launcher first (./mvnw -DskipTests install)".formatted(built));
        }
        Files.createDirectories(copy);
        try (Stream<Path> jars = Files.list(built)) {
            for (Path jar : jars.toList()) {
                Files.copy(jar, copy.resolve(jar.getFileName()));
            }
        }
        List<String> options = Files.readAllLines(launcher.resolve(Path.of("src", "main", "jvm.options"))).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
        return new HarkBuild(copy, options);
    }

    /// The command line of a node.
    List<String> command(List<String> moreOptions, Path config) {
        return command(moreOptions, List.of("node", "--config", config.toString()));
    }

    /// The command line of any command.
    List<String> command(List<String> moreOptions, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.addAll(moreOptions);
        command.addAll(List.of("-cp", lib + "/*", "io.hark.launcher.Main"));
        command.addAll(arguments);
        return command;
    }

    /// Whether the program has `text` as a constant in one of its own classes.
    boolean mentions(String text) throws IOException {
        try (Stream<Path> jars = Files.list(lib)) {
            for (Path jar : jars.filter(path -> path.getFileName().toString().endsWith("-SNAPSHOT.jar"))
                    .toList()) {
                if (mentions(jar, text)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean mentions(Path jar, String text) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (var entry : zip.stream().toList()) {
                if (entry.getName().endsWith(".class")) {
                    try (var in = zip.getInputStream(entry)) {
                        if (new String(in.readAllBytes(), StandardCharsets.ISO_8859_1).contains(text)) {
                            return true;
                        }
                    }
                }
            }
        }
        return false;
    }
}
