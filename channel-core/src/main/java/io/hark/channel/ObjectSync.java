package io.hark.channel;

import java.util.Optional;

/// Confined: brings one attachment the channel's objects, page by page, at the pace at which it takes
/// them. All pages are as of one moment at the owner. If the owner changes meanwhile that moment is
/// forgotten, and the attachment ends so that the client begins anew.
final class ObjectSync {
    private final FrontendChannel channel;
    private final Attachment attachment;
    private final ObjectReader reader;
    private Optional<ObjectsPage> page = Optional.empty();
    private boolean last;

    ObjectSync(FrontendChannel channel, Attachment attachment, ObjectReader reader) {
        this.channel = channel;
        this.attachment = attachment;
        this.reader = reader;
    }

    /// @param then once the first page is there
    void begin(Runnable then) {
        read(ObjectsQuery.all(channel.id()), then);
    }

    private void read(ObjectsQuery query, Runnable then) {
        channel.readObjects(query, (read, refusal) -> {
            if (attachment.isEnded()) {
                return;
            }
            if (refusal != null) {
                attachment.fail(refusal);
                return;
            }
            page = Optional.of(read);
            last = read.isLast();
            then.run();
        });
    }

    /// Whether the channel has objects at all.
    boolean hasObjects() {
        return page.filter(first -> !first.objects().isEmpty()).isPresent();
    }

    boolean isDone() {
        return last && page.isEmpty();
    }

    /// Hands over the page that is there.
    ///
    /// @return false when it is still awaited
    boolean step() {
        if (page.isEmpty()) {
            return false;
        }
        ObjectsPage told = page.get();
        page = Optional.empty();
        reader.objects(told);
        if (!last) {
            read(ObjectsQuery.all(channel.id()).after(told), attachment::pump);
        }
        return true;
    }
}
