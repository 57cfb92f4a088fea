package io.hark.slot;

import io.hark.channel.ChannelStatus;
import io.hark.channel.MessageDetails;
import io.hark.channel.ObjectsPage;
import io.hark.channel.PublishResult;
import io.hark.channel.RowsPage;
import io.hark.channel.RowsResult;
import io.hark.channel.StatePage;
import io.hark.protocol.ErrorInfo;
import java.util.List;

/// Value: an owner's answer.
public sealed interface SlotAnswer {
    record Published(PublishResult result) implements SlotAnswer {}

    record Subscribed(io.hark.channel.Subscribed subscribed) implements SlotAnswer {}

    record Status(ChannelStatus status) implements SlotAnswer {}

    /// @param entries encoded, see [io.hark.channel.EntryCodec]
    record Page(List<byte[]> entries, boolean more) implements SlotAnswer {
        public Page {
            entries = List.copyOf(entries);
        }
    }

    record Details(MessageDetails details) implements SlotAnswer {}

    record Objects(ObjectsPage page) implements SlotAnswer {}

    record StatsRows(StatePage page) implements SlotAnswer {}

    record RowsChanged(RowsResult result) implements SlotAnswer {}

    record Rows(RowsPage page) implements SlotAnswer {}

    /// Nothing was done, nor will be.
    record Refused(ErrorInfo error) implements SlotAnswer {}
}
