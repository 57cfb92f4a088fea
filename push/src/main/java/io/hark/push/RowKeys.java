package io.hark.push;

import com.dynatrace.hash4j.hashing.Hashing;
import io.hark.channel.ChannelId;
import io.hark.channel.RowsRead.Range;
import io.hark.push.Subscription.Subject;

/// The keys of the rows of push, and the shards in which they are. Each name in a key ends with a NUL,
/// which none of them can hold: so no name is a prefix of another.
///
/// A shard holds devices by their id, with an index of their clients, and subscriptions by their
/// channel, with an index of their subjects. What belongs to one device or to one subscription is in one
/// shard, so that it changes at once; who looks for a client or a subject asks all shards.
final class RowKeys {
    /// Never to be changed: it decides where rows are found.
    static final int SHARDS = 16;

    static final char END = '\0';

    /// Counts of a shard.
    static final String DEVICES = "#devices" + END;
    static final String SUBSCRIPTIONS = "#subscriptions" + END;
    static final String JOBS = "#jobs" + END;

    /// The app's key pair for web push, in the first shard.
    static final String VAPID = "vapid" + END;

    private RowKeys() {}

    static ChannelId shardOf(String app, String name) {
        return shard(app, (int) Long.remainderUnsigned(Hashing.komihash5_0().hashCharsToLong(name), SHARDS));
    }

    static ChannelId shard(String app, int number) {
        return ChannelId.ofPush(app, number);
    }

    static String device(String id) {
        return "d" + id + END;
    }

    static Range allDevices() {
        return Range.of("d");
    }

    static String deviceOfClient(String clientId, String id) {
        return "c" + clientId + END + id + END;
    }

    static Range devicesOfClient(String clientId) {
        return Range.of("c" + clientId + END);
    }

    static String clientCount(String clientId) {
        return "k" + clientId + END;
    }

    /// What follows the last-but-one NUL of a key.
    static String lastName(String key) {
        return key.substring(key.lastIndexOf(END, key.length() - 2) + 1, key.length() - 1);
    }

    private static String subject(Subject subject) {
        return switch (subject) {
            case Subject.OfDevice(var deviceId) -> "d" + deviceId + END;
            case Subject.OfClient(var clientId) -> "c" + clientId + END;
        };
    }

    static Subject subjectNamed(String name) {
        String id = name.substring(1);
        return name.charAt(0) == 'd' ? new Subject.OfDevice(id) : new Subject.OfClient(id);
    }

    static String subscription(Subscription subscription) {
        return "s" + subscription.channel() + END + subject(subscription.subject());
    }

    static Range allSubscriptions() {
        return Range.of("s");
    }

    static Range subscriptionsTo(String channel) {
        return Range.of("s" + channel + END);
    }

    /// The subscription that a key of [#subscription] is for.
    static Subscription subscriptionAt(String key) {
        int end = key.indexOf(END);
        return new Subscription(key.substring(1, end), subjectNamed(key.substring(end + 1, key.length() - 1)));
    }

    static String subscriptionOf(Subscription subscription) {
        return "r" + subject(subscription.subject()) + subscription.channel() + END;
    }

    static Range subscriptionsOf(Subject subject) {
        return Range.of("r" + subject(subject));
    }

    /// The subscription that a key of [#subscriptionOf] is for.
    static Subscription subscriptionOfAt(String key) {
        int end = key.indexOf(END);
        return new Subscription(lastName(key), subjectNamed(key.substring(1, end)));
    }

    /// How many subscriptions a channel has; there while it has any.
    static String channelCount(String channel) {
        return "n" + channel + END;
    }

    static Range allChannels() {
        return Range.of("n");
    }

    static String job(String id) {
        return "j" + id + END;
    }

    static Range allJobs() {
        return Range.of("j");
    }

    static boolean isJob(String key) {
        return key.startsWith("j");
    }
}
