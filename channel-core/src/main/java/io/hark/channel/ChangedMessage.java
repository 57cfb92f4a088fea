package io.hark.channel;

import io.hark.protocol.ContentSize;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Message;
import io.hark.protocol.MessageAction;
import io.hark.protocol.MessageBatch;
import io.hark.protocol.MessageVersion;
import io.hark.protocol.Payload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Value: a message as all changes that were proposed leave it, and what the next one needs.
///
/// @param latest    without its summary
/// @param original  where it was published and for how long it is kept
/// @param latestLsn of the entry with the latest version; that of the original before the first change
/// @param appends   how many entries with parts of it have come since one that holds it whole
record ChangedMessage(Message latest, MessageReader.Original original, long latestLsn, boolean appended, int appends) {
    /// So many entries are read at most to put a message together.
    static final int APPENDS_MAX = 64;

    /// Value: a change that is decided.
    record Step(EntryBody body, List<StateChange> rows, ChangedMessage after) {}

    String serial() {
        return latest.serial().orElseThrow();
    }

    /// Why the message cannot be changed so.
    Optional<ErrorInfo> refusal(Publish.Change change) {
        Message request = change.message();
        if (change.owner().isPresent() && !change.owner().equals(latest.clientId())) {
            return Optional.of(ErrorCode.CAPABILITY_REFUSED.info(
                    "the capability is for own messages only, and the message %s is another's".formatted(serial())));
        }
        if (request.action() == MessageAction.APPEND && !canBeJoined(request)) {
            return Optional.of(ErrorCode.INVALID_MESSAGE_DATA.info(
                    "what is appended must be text or binary as the data of the message %s is, of the same encoding, and neither JSON nor encrypted; update the message instead"
                            .formatted(serial())));
        }
        long bytes = ContentSize.of(afterwards(request, new MessageVersion()));
        return bytes <= change.bytesMax()
                ? Optional.empty()
                : Optional.of(ErrorCode.MESSAGE_TOO_LARGE.info("the message %s would be %d bytes, the limit is %d"
                        .formatted(serial(), bytes, change.bytesMax())));
    }

    private boolean canBeJoined(Message request) {
        boolean none = request.data() instanceof Payload.None || latest.data() instanceof Payload.None;
        boolean sameKind = latest.data() instanceof Payload.Text == request.data() instanceof Payload.Text;
        return none || sameKind && latest.encoding().equals(request.encoding()) && request.isOfParts();
    }

    private Message afterwards(Message request, MessageVersion version) {
        return request.action() == MessageAction.APPEND
                ? MessageReader.joined(latest, fragment(request, version))
                : latest.mixedWith(request, request.action(), version);
    }

    private Message fragment(Message request, MessageVersion version) {
        Message fragment = latest.mixedWith(request, MessageAction.APPEND, version);
        return request.data() instanceof Payload.None ? fragment.withData(Payload.NONE, latest.encoding()) : fragment;
    }

    /// @param batch as it came, with the time of the change
    /// @param lsn   of the entry that is to hold it
    Step changed(MessageBatch batch, MessageVersion version, long lsn) {
        Message request = batch.messages().getFirst();
        boolean append = request.action() == MessageAction.APPEND;
        Message afterwards = afterwards(request, version);
        Message told = append ? fragment(request, version) : afterwards;
        boolean whole = append && appends + 1 >= APPENDS_MAX;
        MessageBatch logged = new MessageBatch(batch.id(), batch.connectionId(), batch.timestamp(), List.of(told));
        EntryBody body = new EntryBody.Version(
                logged, whole ? Optional.of(afterwards) : Optional.empty(), original.lsn(), latestLsn);
        ChangedMessage after =
                new ChangedMessage(afterwards, original, lsn, append, append && !whole ? appends + 1 : 0);
        return new Step(body, rows(version, lsn, append), after);
    }

    private List<StateChange> rows(MessageVersion version, long lsn, boolean append) {
        List<StateChange> rows = new ArrayList<>(3);
        Optional<StateValue> before =
                latestLsn == original.lsn() ? Optional.empty() : Optional.of(StateValue.of(latestLsn));
        rows.add(new StateChange(
                StateKind.MESSAGE, serial(), original.lifetime(), before, Optional.of(StateValue.of(lsn))));
        if (!append) {
            // What several appends came to is one version, once something else follows.
            if (appended) {
                rows.add(versionRow(
                        latest.version().flatMap(MessageVersion::serial).orElseThrow(), latestLsn));
            }
            rows.add(versionRow(version.serial().orElseThrow(), lsn));
        }
        return rows;
    }

    private StateChange versionRow(String versionSerial, long lsn) {
        return new StateChange(
                StateKind.VERSION,
                versionKey(serial(), versionSerial),
                original.lifetime(),
                Optional.empty(),
                Optional.of(StateValue.of(lsn)));
    }

    /// The key of a row that is about something of a message, and sorts as its serial does among those.
    static String versionKey(String serial, String versionSerial) {
        return serial + '/' + versionSerial;
    }
}
