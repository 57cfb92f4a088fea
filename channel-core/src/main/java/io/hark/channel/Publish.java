package io.hark.channel;

import io.hark.protocol.AnnotationBatch;
import io.hark.protocol.Message;
import io.hark.protocol.MessageBatch;
import java.util.List;
import java.util.Optional;

/// Value: a publish on its way to the channel's owner. Already authorised and checked.
///
/// @param ids       identities for dedupe: none for an ephemeral publish, several when several appends
///                  were made one
/// @param mayRepeat whether the same publish may have been sent before: by a client that supplied the
///                  id, or on an earlier transport of a resumed connection. When false the owner need
///                  not look for an earlier one
/// @param publisher the connection that it came on, if any; a late copy from an earlier transport of it is
///                  refused (D6)
public record Publish(
        ChannelId channel,
        List<IdHash> ids,
        boolean mayRepeat,
        Optional<Claim> publisher,
        Content content,
        ChannelPolicy policy) {
    /// So many appends can be made one.
    public static final int IDS_MAX = 100;

    /// A publish of new messages.
    public Publish(
            ChannelId channel,
            Optional<IdHash> id,
            boolean mayRepeat,
            Optional<Claim> publisher,
            MessageBatch batch,
            ChannelPolicy policy,
            boolean ephemeral) {
        this(channel, id.stream().toList(), mayRepeat, publisher, new Create(batch, ephemeral), policy);
    }

    /// What is to be put into the log. The owner sets the timestamps of batches.
    public sealed interface Content {}

    /// New messages.
    ///
    /// @param ephemeral for those attached now only: ordered with the others, but not logged
    public record Create(MessageBatch batch, boolean ephemeral) implements Content {}

    /// A new version of one message.
    ///
    /// @param batch    one message: the serial of the one to be changed, what is done to it, and by whom
    ///                 and why in its version
    /// @param owner    the client that the message must be of, where others' may not be changed
    /// @param bytesMax of the message afterwards; beyond it 40009
    public record Change(MessageBatch batch, Optional<String> owner, int bytesMax) implements Content {
        Message message() {
            return batch.messages().getFirst();
        }
    }

    /// Annotations, all of the same message.
    ///
    /// @param bytesMax of the message's summary; lists of clients are cut to stay within
    public record Annotate(AnnotationBatch batch, int bytesMax) implements Content {
        String messageSerial() {
            return batch.annotations().getFirst().messageSerial().orElseThrow();
        }
    }

    /// Messages or annotations in it.
    public int count() {
        return switch (content) {
            case Create create -> create.batch().messages().size();
            case Change change -> change.batch().messages().size();
            case Annotate annotate -> annotate.batch().annotations().size();
        };
    }

    /// The same publish, which may have reached an owner before.
    public Publish again() {
        return new Publish(channel, ids, true, publisher, content, policy);
    }
}
