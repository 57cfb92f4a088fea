package io.hark.cluster.link;

import io.hark.channel.LogRecord;
import io.hark.channel.Publish;
import io.hark.channel.RowEdit;
import io.hark.channel.RowsRead;
import io.hark.channel.SlotRow;
import io.hark.channel.StateRow;
import io.hark.objects.ObjectCommand;
import io.hark.presence.Member;
import io.hark.protocol.Annotation;
import io.hark.protocol.Message;
import io.hark.protocol.PresenceMessage;
import io.hark.slot.PeerMessage;
import io.hark.slot.SlotAnswer;
import io.hark.slot.SlotRequest;
import java.util.List;

/// Roughly how many bytes a message holds while it waits to be sent, told without encoding it. Any thread.
final class MessageSizes {
    private static final int SMALL = 128;
    private static final long ID = 20;

    private MessageSizes() {}

    static long of(List<PeerMessage> messages) {
        long bytes = 0;
        for (PeerMessage message : messages) {
            bytes += of(message);
        }
        return bytes;
    }

    static long of(PeerMessage message) {
        return switch (message) {
            case PeerMessage.Append append -> {
                long bytes = SMALL;
                for (LogRecord record : append.records()) {
                    bytes += record.size();
                }
                yield bytes;
            }
            case PeerMessage.Deliver deliver -> {
                long bytes = SMALL;
                for (PeerMessage.Delivered entry : deliver.entries()) {
                    bytes += entry.encoded().length + 48;
                }
                yield bytes;
            }
            case PeerMessage.Ask ask -> SMALL + of(ask.request());
            case PeerMessage.Answer answer -> SMALL + of(answer.answer());
            case PeerMessage.Install install -> {
                long bytes = 2 * SMALL;
                for (SlotRow row : install.image().rows()) {
                    bytes += SMALL + of(row);
                }
                yield bytes;
            }
            case PeerMessage.Serving serving -> SMALL + 24L * serving.slots().size();
            case PeerMessage.Active active -> {
                long bytes = SMALL;
                for (String name : active.names()) {
                    bytes += 48 + name.length();
                }
                yield bytes;
            }
            case PeerMessage.Appended appended -> SMALL;
            case PeerMessage.Mismatch mismatch -> 2 * SMALL;
            case PeerMessage.Rejected rejected -> SMALL;
            case PeerMessage.AskFollows ask -> SMALL;
            case PeerMessage.Follows follows -> SMALL;
            case PeerMessage.Installed installed -> SMALL;
            case PeerMessage.Tip tip -> SMALL;
            case PeerMessage.Occupied occupied -> SMALL;
            case PeerMessage.Credit credit -> SMALL;
            case PeerMessage.AskActive ask -> SMALL;
        };
    }

    private static long of(SlotRow row) {
        return row instanceof SlotRow.State(var channel, var state)
                ? state.key().length() + state.value().bytes().length
                : 0;
    }

    private static long of(SlotRequest request) {
        long bytes = SMALL;
        switch (request) {
            case SlotRequest.Publish(var publish) -> {
                bytes += of(publish.content()) + ID * publish.ids().size();
            }
            case SlotRequest.Presence(var update) -> {
                for (PresenceMessage event : update.events()) {
                    bytes += 160 + event.data().size();
                }
            }
            case SlotRequest.Subscribe subscribe ->
                bytes += 64L * subscribe.claims().size();
            case SlotRequest.Objects(var update) -> {
                for (ObjectCommand command : update.commands()) {
                    bytes += 320 + 2L * command.message().size();
                }
            }
            case SlotRequest.ReadObjects read -> bytes += SMALL;
            case SlotRequest.ChangeRows(var change) -> {
                for (RowEdit edit : change.edits()) {
                    bytes += SMALL + of(edit);
                }
            }
            case SlotRequest.ReadRows(var read) -> {
                for (RowsRead.Range range : read.ranges()) {
                    bytes += SMALL + range.from().length() + range.through().length();
                }
            }
            case SlotRequest.Leave leave -> bytes += SMALL;
            case SlotRequest.Status status -> bytes += SMALL;
            case SlotRequest.Read read -> bytes += SMALL;
            case SlotRequest.Look look -> bytes += SMALL;
            case SlotRequest.Count count -> bytes += 2 * SMALL;
            case SlotRequest.Stats stats -> bytes += SMALL;
            case SlotRequest.Unsubscribe unsubscribe -> bytes += SMALL;
            case SlotRequest.Occupy occupy -> bytes += SMALL;
            case SlotRequest.Lost lost -> bytes += SMALL;
        }
        return bytes;
    }

    private static long of(RowEdit edit) {
        return edit.key().length()
                + switch (edit) {
                    case RowEdit.Put(var key, var expected, var value) -> of(expected) + value.bytes().length;
                    case RowEdit.Remove(var key, var expected) -> of(expected);
                    case RowEdit.Count count -> 0;
                };
    }

    private static long of(RowEdit.Expected expected) {
        return expected instanceof RowEdit.Expected.Value(var value) ? value.bytes().length : 0;
    }

    private static long of(SlotAnswer answer) {
        return switch (answer) {
            case SlotAnswer.Subscribed(var subscribed) -> 2 * SMALL + members(subscribed.members());
            case SlotAnswer.Status(var status) -> 2 * SMALL + members(status.members());
            case SlotAnswer.Page page -> {
                long bytes = SMALL;
                for (byte[] entry : page.entries()) {
                    bytes += entry.length + 16;
                }
                yield bytes;
            }
            case SlotAnswer.Details(var details) ->
                SMALL + messages(details.messages()) + annotations(details.annotations());
            case SlotAnswer.Objects(var page) -> SMALL + 1024L * page.objects().size();
            case SlotAnswer.StatsRows(var page) -> {
                long bytes = SMALL;
                for (StateRow row : page.rows()) {
                    bytes += 64 + row.key().length() + row.value().bytes().length;
                }
                yield bytes;
            }
            case SlotAnswer.Rows(var page) -> {
                long bytes = SMALL;
                for (StateRow row : page.rows()) {
                    bytes += SMALL + row.key().length() + row.value().bytes().length;
                }
                yield bytes;
            }
            case SlotAnswer.RowsChanged changed -> SMALL;
            case SlotAnswer.Published published -> SMALL;
            case SlotAnswer.Refused refused -> 2 * SMALL;
        };
    }

    private static long of(Publish.Content content) {
        return switch (content) {
            case Publish.Create create -> messages(create.batch().messages());
            case Publish.Change change -> messages(change.batch().messages());
            case Publish.Annotate annotate -> annotations(annotate.batch().annotations());
        };
    }

    private static long messages(List<Message> messages) {
        long bytes = 0;
        for (Message message : messages) {
            bytes += 160 + message.data().size();
        }
        return bytes;
    }

    private static long annotations(List<Annotation> annotations) {
        long bytes = 0;
        for (Annotation annotation : annotations) {
            bytes += 160 + annotation.data().size();
        }
        return bytes;
    }

    private static long members(List<Member> members) {
        long bytes = 0;
        for (Member member : members) {
            bytes += of(member);
        }
        return bytes;
    }

    private static long of(Member member) {
        return 256 + member.event().data().size();
    }
}
