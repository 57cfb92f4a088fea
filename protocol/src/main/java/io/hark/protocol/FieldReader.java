package io.hark.protocol;

import io.hark.protocol.WireReader.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Confined: reads the fields of our records from one frame or body.
///
/// A field of the wrong type does not end the reading: the first one is remembered as the refusal, so
/// that the whole frame is known when the sender is told. Null always counts as absent.
final class FieldReader {

    /// Whose words these are, which decides what they may say.
    enum Sender {
        CLIENT,
        /// Like a client; besides, `data` may be a JSON object or array.
        REST_CALLER,
        /// Ourselves, to a client or to the log: nothing is checked but types.
        SERVER
    }

    /// Entries in one frame or body from outside; more are refused with 40034.
    static final int ENTRIES_MAX = 1000;

    /// Reads one element of an array.
    interface Element<T> {
        T read(FieldReader in) throws IOException, MalformedFrame;
    }

    private final WireReader in;
    private final Sender sender;
    private Optional<ErrorInfo> refusal = Optional.empty();

    FieldReader(WireReader in, Sender sender) {
        this.in = in;
        this.sender = sender;
    }

    WireReader wire() {
        return in;
    }

    Sender sender() {
        return sender;
    }

    Optional<ErrorInfo> refusal() {
        return refusal;
    }

    void refuse(ErrorInfo error) {
        if (refusal.isEmpty()) {
            refusal = Optional.of(error);
        }
    }

    void enterObject() throws IOException, MalformedFrame {
        in.enterObject();
    }

    boolean nextField() throws IOException, MalformedFrame {
        return in.nextField();
    }

    Key key() {
        return Key.of(in.name());
    }

    Kind kind() throws IOException, MalformedFrame {
        return in.kind();
    }

    void skip() throws IOException, MalformedFrame {
        in.skip();
    }

    /// Skips the value and remembers that it is not what was expected.
    void refuseValue(ErrorCode code, String expected) throws IOException, MalformedFrame {
        refuse(code.info("%s is %s, not %s".formatted(in.name(), word(in.kind()), expected)));
        in.skip();
    }

    static String word(Kind kind) {
        return switch (kind) {
            case NULL -> "null";
            case BOOLEAN -> "a boolean";
            case INTEGER, FLOAT -> "a number";
            case TEXT -> "a string";
            case BINARY -> "binary";
            case ARRAY -> "an array";
            case OBJECT -> "an object";
            case EXTENSION -> "a MessagePack extension";
        };
    }

    /// A string; one of another type is refused with the code.
    Optional<String> text(ErrorCode code) throws IOException, MalformedFrame {
        return switch (in.kind()) {
            case TEXT -> Optional.of(in.text());
            case NULL -> {
                in.skip();
                yield Optional.empty();
            }
            default -> {
                refuseValue(code, "a string");
                yield Optional.empty();
            }
        };
    }

    /// A string; one of another type is as good as absent.
    Optional<String> text() throws IOException, MalformedFrame {
        if (in.kind() == Kind.TEXT) {
            return Optional.of(in.text());
        }
        in.skip();
        return Optional.empty();
    }

    /// A whole number, 0 when absent; anything else is refused with the code.
    long integer(ErrorCode code) throws IOException, MalformedFrame {
        Kind kind = in.kind();
        if (kind == Kind.INTEGER) {
            return in.integer();
        }
        if (kind == Kind.FLOAT) {
            // JavaScript's MessagePack codec may send a whole number as a float.
            double number = in.number();
            if (number == Math.rint(number) && Math.abs(number) < 0x1p63) {
                return (long) number;
            }
            refuse(code.info(in.name() + " is " + number + ", not a whole number"));
        } else if (kind == Kind.NULL) {
            in.skip();
        } else {
            refuseValue(code, "a whole number");
        }
        return 0;
    }

    /// A whole number of 32 bits, 0 when absent.
    int smallInteger(ErrorCode code) throws IOException, MalformedFrame {
        long value = integer(code);
        if (value != (int) value) {
            refuse(code.info(in.name() + " is " + value + ", which is more than 32 bits hold"));
            return 0;
        }
        return (int) value;
    }

    /// A number from outside that nothing depends on; one of another type is as good as absent.
    long looseInteger() throws IOException, MalformedFrame {
        if (in.kind() == Kind.INTEGER) {
            return in.integer();
        }
        if (in.kind() == Kind.FLOAT) {
            return (long) in.number();
        }
        in.skip();
        return 0;
    }

    /// An object of strings. Numbers and booleans become their text: clients pass on unconverted what users
    /// give.
    Map<String, String> strings(ErrorCode code) throws IOException, MalformedFrame {
        if (!isObject(code)) {
            return Map.of();
        }
        Map<String, String> strings = new LinkedHashMap<>();
        in.enterObject();
        while (in.nextField()) {
            String name = in.name();
            switch (in.kind()) {
                case TEXT -> strings.put(name, in.text());
                case BOOLEAN -> strings.put(name, Boolean.toString(in.bool()));
                case INTEGER -> strings.put(name, Long.toString(in.integer()));
                case FLOAT -> strings.put(name, numberText(in.number()));
                case NULL -> in.skip();
                case BINARY, ARRAY, OBJECT, EXTENSION -> refuseValue(code, "a string");
            }
        }
        return Collections.unmodifiableMap(strings);
    }

    private static String numberText(double number) {
        return number == (long) number ? Long.toString((long) number) : Double.toString(number);
    }

    /// An object of plain values; empty when absent.
    Map<String, Object> tree(ErrorCode code) throws IOException, MalformedFrame {
        return isObject(code) ? ValueTree.readMap(in) : Map.of();
    }

    /// An array of objects; others in it are refused with the code.
    <T> List<T> objects(ErrorCode code, Element<T> element) throws IOException, MalformedFrame {
        if (in.kind() != Kind.ARRAY) {
            if (in.kind() == Kind.NULL) {
                in.skip();
            } else {
                refuseValue(code, "an array");
            }
            return List.of();
        }
        List<T> list = new ArrayList<>(1);
        in.enterArray();
        while (in.nextElement()) {
            if (in.kind() != Kind.OBJECT) {
                refuse(code.info("an entry is " + word(in.kind()) + ", not an object"));
                in.skip();
            } else if (list.size() == ENTRIES_MAX && sender != Sender.SERVER) {
                refuse(ErrorCode.TOO_MANY_MESSAGES.info("more than " + ENTRIES_MAX + " entries; send fewer at once"));
                in.skip();
            } else {
                list.add(element.read(this));
            }
        }
        return List.copyOf(list);
    }

    /// Whether an object follows; anything else is passed over, and refused unless it is null.
    boolean isObject(ErrorCode code) throws IOException, MalformedFrame {
        if (in.kind() == Kind.OBJECT) {
            return true;
        }
        if (in.kind() == Kind.NULL) {
            in.skip();
        } else {
            refuseValue(code, "an object");
        }
        return false;
    }
}
