package io.hark.protocol;

import java.util.Base64;
import tools.jackson.core.JsonGenerator;

/// Confined: writes JSON.
final class JsonWriter extends WireWriter {
    private final JsonGenerator generator;

    JsonWriter(JsonGenerator generator) {
        this.generator = generator;
    }

    @Override
    void beginObject(int size) {
        generator.writeStartObject();
    }

    @Override
    void endObject() {
        generator.writeEndObject();
    }

    @Override
    void beginArray(int size) {
        generator.writeStartArray();
    }

    @Override
    void endArray() {
        generator.writeEndArray();
    }

    @Override
    void key(Key key) {
        generator.writeName(key.json());
    }

    @Override
    void key(String name) {
        generator.writeName(name);
    }

    @Override
    void text(String value) {
        generator.writeString(value);
    }

    @Override
    void integer(long value) {
        generator.writeNumber(value);
    }

    @Override
    void number(double value) {
        if (Double.isFinite(value)) {
            generator.writeNumber(value);
        } else {
            generator.writeNull(); // as JavaScript does, JSON has no word for it
        }
    }

    @Override
    void bool(boolean value) {
        generator.writeBoolean(value);
    }

    @Override
    void binary(byte[] value) {
        generator.writeString(Base64.getEncoder().encodeToString(value));
    }

    @Override
    void nil() {
        generator.writeNull();
    }

    @Override
    void finish() {
        generator.close();
    }

    @Override
    boolean carriesBinary() {
        return false;
    }
}
