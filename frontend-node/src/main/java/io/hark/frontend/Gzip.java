package io.hark.frontend;

import io.hark.rest.RestRequest;
import io.hark.rest.RestResponse;
import io.hark.rest.RestResponse.Header;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/// Makes answers smaller for clients that take them so (RFC 9110, 12.5.3). Streams are not its business:
/// each of their events would have to be flushed through.
final class Gzip {
    /// What is smaller fits into a packet or two as it is.
    private static final int BYTES_MIN = 1_024;

    private static final int BUFFER_BYTES = 8_192;

    private static final String NAME = "gzip";

    private Gzip() {}

    /// Whether the client has asked for it, and it is worth while.
    static boolean suits(RestRequest request, RestResponse response) {
        return response.body().length >= BYTES_MIN
                && request.header("accept-encoding").filter(Gzip::isAccepted).isPresent();
    }

    /// @param codings as in `gzip, br;q=0.5, *;q=0`
    static boolean isAccepted(String codings) {
        boolean byStar = false;
        for (String coding : codings.toLowerCase(Locale.ROOT).split(",")) {
            String[] parts = coding.split(";");
            String name = parts.length == 0 ? "" : parts[0].strip();
            if (name.equals(NAME) || name.equals("x-gzip")) {
                return !isRefused(parts);
            }
            byStar |= name.equals("*") && !isRefused(parts);
        }
        return byStar;
    }

    private static boolean isRefused(String[] parts) {
        for (int i = 1; i < parts.length; i++) {
            if (parts[i].strip().matches("q=0(\\.0*)?")) {
                return true;
            }
        }
        return false;
    }

    /// The same answer, packed. It takes a while: some 10 ms for a megabyte.
    static RestResponse packed(RestResponse response) {
        byte[] body = response.body();
        ByteArrayOutputStream out = new ByteArrayOutputStream(body.length / 4);
        try (OutputStream packing = new Quick(out)) {
            packing.write(body);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory does not fail", e);
        }
        List<Header> headers = new ArrayList<>(response.headers());
        headers.add(new Header("Content-Encoding", NAME));
        headers.add(new Header("Vary", "Accept-Encoding"));
        return new RestResponse(response.status(), response.contentType(), out.toByteArray(), headers);
    }

    /// JSON gets little smaller by more effort.
    private static final class Quick extends GZIPOutputStream {
        Quick(OutputStream out) throws IOException {
            super(out, BUFFER_BYTES);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }
}
