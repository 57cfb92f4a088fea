package io.hark.loadtest;

import io.hark.protocol.Format;
import io.hark.protocol.ProtocolCodec;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// Blocking: where results go.
final class Reports {
    private final PrintWriter out;
    private final Optional<Path> json;
    private final Optional<Path> html;

    Reports(PrintWriter out, Optional<Path> json, Optional<Path> html) {
        this.out = out;
        this.json = json;
        this.html = html;
    }

    void write(Result result) throws IOException {
        write(TextReport.of(result), result.tree(), HtmlReport.of(result));
    }

    void write(Comparison comparison) throws IOException {
        write(TextReport.of(comparison), comparison.tree(), HtmlReport.of(comparison));
    }

    private void write(String text, Map<String, Object> tree, String page) throws IOException {
        out.print(text);
        out.flush();
        if (json.isPresent()) {
            Files.write(json.get(), ProtocolCodec.of(Format.JSON).encodeValue(tree));
        }
        if (html.isPresent()) {
            Files.writeString(html.get(), page);
        }
    }
}
