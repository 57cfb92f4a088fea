package io.hark.channel;

import io.hark.presence.Member;
import io.hark.protocol.ErrorInfo;
import java.util.List;
import java.util.Optional;

/// One connection's end of an attachment: what it is told, in this order: [#attached], the pages of
/// [#sync], those of objects, then entries. Called on the loop of its channel; [#sync], [#backlog] and
/// [#live] only while [#writable]. Calls can come before [FrontendChannel#attach] has returned.
public interface Subscriber {
    /// Whether it can take more now. When it turns true again it calls [Attachment#pump].
    boolean writable();

    void attached(AttachOutcome outcome);

    /// A page of the presence set as of the attach.
    void sync(List<Member> page, boolean last);

    /// Who gets the channel's objects; empty when nobody here wants them.
    default Optional<ObjectReader> objectReader() {
        return Optional.empty();
    }

    /// Entries read from the log, oldest first.
    void backlog(List<Entry> entries);

    /// Entries of the channel's ring, `from` inclusive to `to` exclusive.
    void live(long from, long to);

    /// The ring's entry at `seq`, an append to a message that the attachment has not been handed.
    ///
    /// @param whole the same entry as one that tells the whole message
    default void whole(long seq, Entry whole) {
        backlog(List.of(whole));
    }

    /// The attachment ends: entries that it should have got cannot be read now, or are not kept any
    /// more. When the client attaches again with its last position it gets what there is, and is told
    /// whether that is everything.
    void failed(ErrorInfo reason);
}
