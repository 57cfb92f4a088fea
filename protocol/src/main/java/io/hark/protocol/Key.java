package io.hark.protocol;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.msgpack.core.MessagePack;
import tools.jackson.core.SerializableString;
import tools.jackson.core.io.SerializedString;

/// The field names of the wire, ready to be written in both formats.
enum Key {
    ACCESS_TOKEN("accessToken"),
    ACTION("action"),
    ANNOTATIONS("annotations"),
    AUTH("auth"),
    BOOLEAN("boolean"),
    BYTES("bytes"),
    CHANNEL("channel"),
    CHANNEL_SERIAL("channelSerial"),
    CLEAR_TIMESERIAL("clearTimeserial"),
    CLIENT_ID("clientId"),
    CODE("code"),
    CONNECTION_DETAILS("connectionDetails"),
    CONNECTION_ID("connectionId"),
    CONNECTION_KEY("connectionKey"),
    CONNECTION_STATE_TTL("connectionStateTtl"),
    COUNT("count"),
    COUNTER("counter"),
    COUNTER_CREATE("counterCreate"),
    COUNTER_CREATE_WITH_OBJECT_ID("counterCreateWithObjectId"),
    COUNTER_INC("counterInc"),
    CREATE_OP("createOp"),
    DATA("data"),
    DESCRIPTION("description"),
    DETAIL("detail"),
    ENCODING("encoding"),
    ENTRIES("entries"),
    ERROR("error"),
    EXTRAS("extras"),
    FLAGS("flags"),
    HREF("href"),
    ID("id"),
    INITIAL_VALUE("initialValue"),
    JSON("json"),
    KEY("key"),
    MAP("map"),
    MAP_CLEAR("mapClear"),
    MAP_CREATE("mapCreate"),
    MAP_CREATE_WITH_OBJECT_ID("mapCreateWithObjectId"),
    MAP_REMOVE("mapRemove"),
    MAP_SET("mapSet"),
    MAX_FRAME_SIZE("maxFrameSize"),
    MAX_IDLE_INTERVAL("maxIdleInterval"),
    MAX_INBOUND_RATE("maxInboundRate"),
    MAX_MESSAGE_SIZE("maxMessageSize"),
    MESSAGE("message"),
    MESSAGES("messages"),
    MESSAGE_SERIAL("messageSerial"),
    METADATA("metadata"),
    MSG_SERIAL("msgSerial"),
    NAME("name"),
    NONCE("nonce"),
    NUMBER("number"),
    OBJECT("object"),
    OBJECTS_GC_GRACE_PERIOD("objectsGCGracePeriod"),
    OBJECT_DELETE("objectDelete"),
    OBJECT_ID("objectId"),
    OPERATION("operation"),
    PARAMS("params"),
    PATH("path"),
    PRESENCE("presence"),
    RES("res"),
    SEMANTICS("semantics"),
    SERIAL("serial"),
    SERIALS("serials"),
    SERIAL_TIMESTAMP("serialTimestamp"),
    SERVER_ID("serverId"),
    SITE_CODE("siteCode"),
    SITE_TIMESERIALS("siteTimeserials"),
    STATE("state"),
    STATUS_CODE("statusCode"),
    STRING("string"),
    TIMESERIAL("timeserial"),
    TIMESTAMP("timestamp"),
    TOMBSTONE("tombstone"),
    TYPE("type"),
    VALUE("value"),
    VERSION("version"),
    /// A field that we do not know, which is skipped (RSF1).
    UNKNOWN("");

    private static final Map<String, Key> BY_TEXT = new HashMap<>();

    static {
        for (Key key : values()) {
            BY_TEXT.put(key.text, key);
        }
    }

    private final String text;
    private final SerializableString json;
    private final byte[] msgpack;

    Key(String text) {
        this.text = text;
        json = new SerializedString(text);
        byte[] utf8 = text.getBytes(StandardCharsets.US_ASCII);
        // All names are shorter than 32 bytes: a fixstr's header is one byte.
        msgpack = new byte[1 + utf8.length];
        msgpack[0] = (byte) (MessagePack.Code.FIXSTR_PREFIX | utf8.length);
        System.arraycopy(utf8, 0, msgpack, 1, utf8.length);
    }

    static Key of(String text) {
        return BY_TEXT.getOrDefault(text, UNKNOWN);
    }

    String text() {
        return text;
    }

    SerializableString json() {
        return json;
    }

    /// Header and text; not to be changed.
    byte[] msgpack() {
        return msgpack;
    }
}
