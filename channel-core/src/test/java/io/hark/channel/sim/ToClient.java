package io.hark.channel.sim;

import io.hark.channel.AttachOutcome;
import io.hark.channel.ChannelId;
import io.hark.channel.Entry;
import io.hark.channel.PublishResult;
import io.hark.presence.Member;
import java.util.List;

/// Value: what a node sends to a client.
sealed interface ToClient {
    record Connected() implements ToClient {}

    record Attached(int token, AttachOutcome outcome) implements ToClient {}

    record Sync(int token, List<Member> members, boolean last) implements ToClient {}

    record Entries(int token, List<Entry> entries) implements ToClient {}

    record Detached(int token) implements ToClient {}

    record DetachDone(ChannelId channel) implements ToClient {}

    record Result(long serial, PublishResult result) implements ToClient {}
}
