package io.hark.jepsen;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Confined: reads or writes events one after the other, in some 15 to 30 bytes each. Times are differences
/// to the event before, so one instance serves one stream.
final class EventCodec {
    private static final int MEMBERS_MAX = 100_000;

    private long lastMicros;

    /// What stands first in an event, in the order of the wire's numbers.
    private enum Kind {
        INVOKED,
        REISSUED,
        ACCEPTED,
        REFUSED,
        ATTACHED,
        RECEIVED,
        LOGGED,
        CONNECTED,
        DISCONNECTED,
        PRESENT,
        FAULTED,
        VIOLATED,
        ENDED,
        UNREAD;

        private static final Kind[] ALL = values();
    }

    void write(Event event, DataOutput out) throws IOException {
        switch (event) {
            case Event.Invoked(long micros, int channel, long message, boolean ordered) -> {
                start(out, Kind.INVOKED, micros);
                number(out, channel);
                message(out, message);
                out.writeBoolean(ordered);
            }
            case Event.Reissued(long micros, long message) -> {
                start(out, Kind.REISSUED, micros);
                message(out, message);
            }
            case Event.Accepted(long micros, long message, long serial) -> {
                start(out, Kind.ACCEPTED, micros);
                message(out, message);
                out.writeLong(serial);
            }
            case Event.Refused(long micros, long message, int code) -> {
                start(out, Kind.REFUSED, micros);
                message(out, message);
                number(out, code);
            }
            case Event.Attached attached -> {
                start(out, Kind.ATTACHED, attached.micros());
                number(out, attached.client());
                number(out, attached.channel());
                out.writeBoolean(attached.resumed());
                out.writeLong(attached.sent());
                out.writeLong(attached.got());
                number(out, attached.code());
            }
            case Event.Received received -> {
                start(out, Kind.RECEIVED, received.micros());
                number(out, received.client());
                number(out, received.channel());
                message(out, received.message());
                out.writeLong(received.serial());
                out.writeLong(received.place());
            }
            case Event.Logged(long micros, int node, int channel, long message, String serial) -> {
                start(out, Kind.LOGGED, micros);
                number(out, node);
                number(out, channel);
                message(out, message);
                out.writeUTF(serial);
            }
            case Event.Connected(long micros, int client, int node, boolean first, boolean resumed) -> {
                start(out, Kind.CONNECTED, micros);
                number(out, client);
                number(out, node);
                out.writeBoolean(first);
                out.writeBoolean(resumed);
            }
            case Event.Disconnected(long micros, int client, int code) -> {
                start(out, Kind.DISCONNECTED, micros);
                number(out, client);
                number(out, code);
            }
            case Event.Present(long micros, String viewer, int channel, List<String> members) -> {
                start(out, Kind.PRESENT, micros);
                out.writeUTF(viewer);
                number(out, channel);
                number(out, members.size());
                for (String member : members) {
                    out.writeUTF(member);
                }
            }
            case Event.Faulted(long micros, boolean begins, String fault) -> {
                start(out, Kind.FAULTED, micros);
                out.writeBoolean(begins);
                out.writeUTF(fault);
            }
            case Event.Violated(long micros, int client, String rule) -> {
                start(out, Kind.VIOLATED, micros);
                number(out, client);
                out.writeUTF(rule);
            }
            case Event.Ended(long micros, int node, int exitCode) -> {
                start(out, Kind.ENDED, micros);
                number(out, node);
                number(out, exitCode);
            }
            case Event.Unread(long micros, int node, int channel) -> {
                start(out, Kind.UNREAD, micros);
                number(out, node);
                number(out, channel);
            }
        }
    }

    private void start(DataOutput out, Kind kind, long micros) throws IOException {
        out.writeByte(kind.ordinal());
        number(out, micros - lastMicros);
        lastMicros = micros;
    }

    private static void message(DataOutput out, long key) throws IOException {
        if (key == MessageKey.FOREIGN) {
            number(out, -1);
        } else {
            number(out, MessageKey.publisher(key));
            number(out, MessageKey.number(key));
        }
    }

    /// Seven bits a byte; small numbers of either sign are short.
    private static void number(DataOutput out, long value) throws IOException {
        long rest = value << 1 ^ value >> 63;
        while ((rest & ~0x7fL) != 0) {
            out.writeByte((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        out.writeByte((int) rest);
    }

    Event read(DataInput in) throws IOException {
        int kind = in.readByte();
        if (kind < 0 || kind >= Kind.ALL.length) {
            throw new IOException("no event begins with " + kind);
        }
        lastMicros += number(in);
        long micros = lastMicros;
        return switch (Kind.ALL[kind]) {
            case INVOKED -> new Event.Invoked(micros, integer(in), message(in), in.readBoolean());
            case REISSUED -> new Event.Reissued(micros, message(in));
            case ACCEPTED -> new Event.Accepted(micros, message(in), in.readLong());
            case REFUSED -> new Event.Refused(micros, message(in), integer(in));
            case ATTACHED ->
                new Event.Attached(
                        micros, integer(in), integer(in), in.readBoolean(), in.readLong(), in.readLong(), integer(in));
            case RECEIVED ->
                new Event.Received(micros, integer(in), integer(in), message(in), in.readLong(), in.readLong());
            case LOGGED -> new Event.Logged(micros, integer(in), integer(in), message(in), in.readUTF());
            case CONNECTED -> new Event.Connected(micros, integer(in), integer(in), in.readBoolean(), in.readBoolean());
            case DISCONNECTED -> new Event.Disconnected(micros, integer(in), integer(in));
            case PRESENT -> new Event.Present(micros, in.readUTF(), integer(in), members(in));
            case FAULTED -> new Event.Faulted(micros, in.readBoolean(), in.readUTF());
            case VIOLATED -> new Event.Violated(micros, integer(in), in.readUTF());
            case ENDED -> new Event.Ended(micros, integer(in), integer(in));
            case UNREAD -> new Event.Unread(micros, integer(in), integer(in));
        };
    }

    private static List<String> members(DataInput in) throws IOException {
        int count = integer(in);
        if (count < 0 || count > MEMBERS_MAX) {
            throw new IOException("%d members cannot be".formatted(count));
        }
        List<String> members = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            members.add(in.readUTF());
        }
        return members;
    }

    private static long message(DataInput in) throws IOException {
        int publisher = integer(in);
        return publisher == -1 ? MessageKey.FOREIGN : MessageKey.of(publisher, integer(in));
    }

    private static int integer(DataInput in) throws IOException {
        return (int) number(in);
    }

    private static long number(DataInput in) throws IOException {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            int part = in.readByte();
            value |= (long) (part & 0x7f) << shift;
            if (part >= 0) {
                return value >>> 1 ^ -(value & 1);
            }
        }
        throw new IOException("a number has no end");
    }
}
