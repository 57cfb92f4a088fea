package io.hark.protocol;

import java.io.IOException;
import java.util.Map;

/// Reads and writes [ErrorInfo].
final class ErrorInfoCodec {
    private ErrorInfoCodec() {}

    static ErrorInfo read(FieldReader in) throws IOException, MalformedFrame {
        int code = 0;
        int statusCode = 0;
        String message = "";
        Map<String, String> detail = Map.of();
        in.enterObject();
        while (in.nextField()) {
            switch (in.key()) {
                case CODE -> code = in.smallInteger(ErrorCode.PROTOCOL_ERROR);
                case STATUS_CODE -> statusCode = in.smallInteger(ErrorCode.PROTOCOL_ERROR);
                case MESSAGE -> message = in.text().orElse("");
                case DETAIL -> detail = in.strings(ErrorCode.PROTOCOL_ERROR);
                default -> in.skip();
            }
        }
        return new ErrorInfo(code, statusCode, message, detail);
    }

    static void write(ErrorInfo error, WireWriter out) throws IOException {
        out.beginObject(4 + WireWriter.one(error.detail()));
        out.field(Key.MESSAGE, error.message());
        out.field(Key.CODE, error.code());
        out.field(Key.STATUS_CODE, error.statusCode());
        out.field(Key.HREF, error.href());
        out.field(Key.DETAIL, error.detail());
        out.endObject();
    }
}
