package io.hark.push;

import com.dynatrace.hash4j.hashing.Hashing;
import io.hark.channel.IdHash;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Value: a notification that waits to be delivered, and to whom.
///
/// @param id of it alone; what is sent to one recipient is known by it and the recipient
record PushJob(String id, Target target, PushPayload payload) {
    /// Recipients of one job.
    static final int RECIPIENTS_MAX = 100;

    sealed interface Target {
        /// All who subscribe to the channel.
        ///
        /// @param after the key of the last subscription that is done; empty at the start
        record Subscribers(String channel, String after) implements Target {}

        /// Those whom a publisher names, by `deviceId`, `clientId` or as [Recipient#check] takes them.
        record Named(List<Map<String, Object>> recipients) implements Target {
            /// Without the addresses and keys by which they are reached.
            @Override
            public String toString() {
                return "Named[" + recipients.size() + "]";
            }
        }
    }

    /// The job of a message: however often it is asked for, it is one.
    static PushJob ofMessage(String channel, String serial, PushPayload payload) {
        IdHash hash = identity(channel, serial);
        String id = "%016x%016x".formatted(hash.high(), hash.low());
        return new PushJob(id, new Target.Subscribers(channel, ""), payload);
    }

    static IdHash identity(String channel, String serial) {
        return IdHash.of(Hashing.xxh3_128().hashStream().putString(channel).putString(serial));
    }

    PushJob after(String key) {
        return target instanceof Target.Subscribers(var channel, var before)
                ? new PushJob(id, new Target.Subscribers(channel, key), payload)
                : this;
    }

    byte[] encode() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("id", id);
        switch (target) {
            case Target.Subscribers(var channel, var after) -> {
                tree.put("channel", channel);
                tree.put("after", after);
            }
            case Target.Named(var recipients) -> tree.put("recipients", recipients);
        }
        tree.put("payload", payload.tree());
        return Trees.row(tree);
    }

    static PushJob decode(byte[] row) {
        Map<String, Object> tree = Trees.row(row);
        String id = Trees.textIn(tree, "id").orElseThrow();
        PushPayload payload = new PushPayload(Trees.objectIn(tree, "payload"));
        if (tree.get("recipients") instanceof List<?> list) {
            List<Map<String, Object>> recipients = new ArrayList<>();
            list.forEach(recipient -> recipients.add(Trees.object(recipient).orElseThrow()));
            return new PushJob(id, new Target.Named(recipients), payload);
        }
        String channel = Trees.textIn(tree, "channel").orElseThrow();
        String after = Trees.textIn(tree, "after").orElse("");
        return new PushJob(id, new Target.Subscribers(channel, after), payload);
    }
}
