package io.hark.frontend;

import io.hark.channel.AttachFrom;
import io.hark.channel.Entry;
import io.hark.channel.EntryBody;
import io.hark.protocol.Message;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.MessageSerial;
import io.hark.protocol.Position;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Value: where the client of an event stream is on one channel, as the events' ids tell it: behind an entry, or
/// between two messages of one, as each message is an event of its own.
///
/// @param channelSerial the entry's, or the place where the client attached
/// @param last          index of the last message of the entry that the client got; empty when it got them all
record StreamPlace(String channelSerial, Optional<Integer> last) {
    private static final Pattern WITHIN = Pattern.compile("([^.]*)\\.(\\d{1,3})");

    /// Behind all that has that channelSerial.
    static StreamPlace after(String channelSerial) {
        return new StreamPlace(channelSerial, Optional.empty());
    }

    /// @param text as [#text] made it, or anything else that a client gives
    static StreamPlace parse(String text) {
        Matcher within = WITHIN.matcher(text);
        return within.matches()
                ? new StreamPlace(within.group(1), Optional.of(Integer.parseInt(within.group(2))))
                : after(text);
    }

    /// Where the client is with a message of an entry, but not the next one.
    StreamPlace with(Message message) {
        return message.isEphemeral()
                ? this // It is not kept for one who comes back.
                : new StreamPlace(channelSerial, message.serial().flatMap(StreamPlace::index));
    }

    String text() {
        return last.map(index -> channelSerial + '.' + index).orElse(channelSerial);
    }

    AttachFrom from(EntryFrames frames) {
        return frames.position(channelSerial)
                .<AttachFrom>map(position -> new AttachFrom.After(last.isPresent() ? before(position) : position))
                .orElseGet(AttachFrom.Unreadable::new);
    }

    /// With the entry at the position, so that the rest of it comes.
    private static Position before(Position position) {
        return new Position(position.region(), position.lineage(), Math.max(0, position.lsn() - 1), position.vector());
    }

    /// What the client has not got of the first entry that follows; without a body when that is nothing.
    Entry rest(Entry entry, EntryFrames frames) {
        boolean within = last.isPresent()
                && frames.position(channelSerial)
                        .filter(position -> position.lsn() == entry.lsn())
                        .isPresent();
        if (!within || !(entry.body() instanceof EntryBody.Messages(MessageBatch batch))) {
            return entry;
        }
        int count = batch.messages().size();
        IntPredicate missing = at -> index(batch, at) > last.get();
        for (int at = 0; at < count; at++) {
            if (missing.test(at)) {
                return entry.keeping(missing);
            }
        }
        return entry.with(EntryBody.NONE);
    }

    /// Which message of its publish it is: not all of them need be there.
    private static int index(MessageBatch batch, int at) {
        return batch.messages().get(at).serial().flatMap(StreamPlace::index).orElse(at);
    }

    private static Optional<Integer> index(String serial) {
        return MessageSerial.parse(serial).map(MessageSerial::index);
    }
}
