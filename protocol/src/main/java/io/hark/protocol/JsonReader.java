package io.hark.protocol;

import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Confined: reads JSON. The parser stands on the value to be read, or on its last token once read.
final class JsonReader implements WireReader {
    private final JsonParser parser;
    private final int depthMax;
    private int depth;
    private String name = "";

    JsonReader(JsonParser parser, int depthMax) {
        this.parser = parser;
        this.depthMax = depthMax;
        parser.nextToken();
    }

    @Override
    public Kind kind() throws MalformedFrame {
        return switch (parser.currentToken()) {
            case VALUE_NULL -> Kind.NULL;
            case VALUE_TRUE, VALUE_FALSE -> Kind.BOOLEAN;
            // Beyond 64 bits a number is what JavaScript makes of it.
            case VALUE_NUMBER_INT ->
                parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER ? Kind.FLOAT : Kind.INTEGER;
            case VALUE_NUMBER_FLOAT -> Kind.FLOAT;
            case VALUE_STRING -> Kind.TEXT;
            case START_ARRAY -> Kind.ARRAY;
            case START_OBJECT -> Kind.OBJECT;
            case null -> throw WireReader.malformed("the frame is empty");
            default -> throw new IllegalStateException("not at a value: " + parser.currentToken());
        };
    }

    @Override
    public boolean bool() {
        return parser.getBooleanValue();
    }

    @Override
    public long integer() {
        return parser.getLongValue();
    }

    @Override
    public double number() {
        return parser.getDoubleValue();
    }

    @Override
    public String text() {
        return WellFormed.text(parser.getString());
    }

    @Override
    public byte[] binary() {
        throw new IllegalStateException("JSON has no binary values");
    }

    @Override
    public void enterArray() throws MalformedFrame {
        enter();
    }

    @Override
    public boolean nextElement() {
        if (parser.nextToken() == JsonToken.END_ARRAY) {
            depth--;
            return false;
        }
        return true;
    }

    @Override
    public void enterObject() throws MalformedFrame {
        enter();
    }

    private void enter() throws MalformedFrame {
        if (++depth > depthMax) {
            throw WireReader.tooDeep(depthMax);
        }
    }

    @Override
    public boolean nextField() {
        if (parser.nextToken() == JsonToken.END_OBJECT) {
            depth--;
            return false;
        }
        name = parser.currentName();
        parser.nextToken();
        return true;
    }

    @Override
    public String name() {
        return WellFormed.text(name);
    }

    @Override
    public void skip() {
        parser.skipChildren();
    }

    @Override
    public void end() throws MalformedFrame {
        if (parser.nextToken() != null) {
            throw WireReader.malformed("something follows the JSON value");
        }
    }

    @Override
    public void close() {
        parser.close();
    }

    @Override
    public boolean carriesBinary() {
        return false;
    }
}
