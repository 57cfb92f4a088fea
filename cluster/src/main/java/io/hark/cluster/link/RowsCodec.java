package io.hark.cluster.link;

import com.google.protobuf.ByteString;
import io.hark.channel.ChannelPolicy;
import io.hark.channel.Lifetime;
import io.hark.channel.RowEdit;
import io.hark.channel.RowsChange;
import io.hark.channel.RowsPage;
import io.hark.channel.RowsRead;
import io.hark.channel.RowsResult;
import io.hark.channel.StateKind;
import io.hark.channel.StateRow;
import io.hark.channel.StateValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Changes and reads of rows as they are on a link, and back. Any thread.
final class RowsCodec {
    private static final StateKind[] KINDS = StateKind.values();

    private RowsCodec() {}

    static Wire.RowsChange encode(RowsChange change, Wire.ChannelPolicy policy) {
        Wire.RowsChange.Builder out = Wire.RowsChange.newBuilder()
                .setChannel(SlotStateCodec.encode(change.channel()))
                .setKind(change.kind().ordinal())
                .setPolicy(policy);
        change.id().ifPresent(id -> out.setId(SlotStateCodec.encode(id)));
        for (RowEdit edit : change.edits()) {
            out.addEdits(encode(edit));
        }
        return out.build();
    }

    static RowsChange decode(Wire.RowsChange in, ChannelPolicy policy) throws MalformedPeerMessage {
        List<RowEdit> edits = new ArrayList<>(in.getEditsCount());
        for (Wire.RowEdit edit : in.getEditsList()) {
            edits.add(decode(edit));
        }
        try {
            return new RowsChange(
                    SlotStateCodec.decode(in.getChannel()),
                    kind(in.getKind()),
                    in.hasId() ? Optional.of(SlotStateCodec.decode(in.getId())) : Optional.empty(),
                    edits,
                    policy);
        } catch (IllegalArgumentException e) {
            throw new MalformedPeerMessage(e.getMessage());
        }
    }

    private static Wire.RowEdit encode(RowEdit edit) {
        Wire.RowEdit.Builder out = Wire.RowEdit.newBuilder().setKey(edit.key());
        switch (edit) {
            case RowEdit.Put(var key, var expected, var value) ->
                expect(out, expected).setPut(PeerMessageCodec.bytes(value.bytes()));
            case RowEdit.Remove(var key, var expected) -> expect(out, expected).setRemove(true);
            case RowEdit.Count(var key, long by, long max) ->
                out.setCount(Wire.RowCount.newBuilder().setBy(by).setMax(max));
        }
        return out.build();
    }

    private static Wire.RowEdit.Builder expect(Wire.RowEdit.Builder out, RowEdit.Expected expected) {
        return switch (expected) {
            case RowEdit.Expected.Anything() -> out;
            case RowEdit.Expected.Nothing() -> out.setNothing(true);
            case RowEdit.Expected.Value(var value) -> out.setValue(PeerMessageCodec.bytes(value.bytes()));
        };
    }

    private static RowEdit decode(Wire.RowEdit in) throws MalformedPeerMessage {
        try {
            return switch (in.getEditCase()) {
                case PUT -> new RowEdit.Put(in.getKey(), expected(in), value(in.getPut()));
                case REMOVE -> new RowEdit.Remove(in.getKey(), expected(in));
                case COUNT ->
                    new RowEdit.Count(
                            in.getKey(), in.getCount().getBy(), in.getCount().getMax());
                case EDIT_NOT_SET -> throw new MalformedPeerMessage("an edit of a row is of no known kind");
            };
        } catch (IllegalArgumentException e) {
            throw new MalformedPeerMessage(e.getMessage());
        }
    }

    private static RowEdit.Expected expected(Wire.RowEdit in) {
        return switch (in.getExpectedCase()) {
            case NOTHING -> new RowEdit.Expected.Nothing();
            case VALUE -> new RowEdit.Expected.Value(value(in.getValue()));
            case EXPECTED_NOT_SET -> new RowEdit.Expected.Anything();
        };
    }

    static Wire.RowsRead encode(RowsRead read) {
        Wire.RowsRead.Builder out = Wire.RowsRead.newBuilder()
                .setChannel(SlotStateCodec.encode(read.channel()))
                .setKind(read.kind().ordinal())
                .setRowsMax(read.rowsMax());
        for (RowsRead.Range range : read.ranges()) {
            out.addRanges(Wire.RowRange.newBuilder().setFrom(range.from()).setThrough(range.through()));
        }
        return out.build();
    }

    static RowsRead decode(Wire.RowsRead in) throws MalformedPeerMessage {
        List<RowsRead.Range> ranges = new ArrayList<>(in.getRangesCount());
        for (Wire.RowRange range : in.getRangesList()) {
            ranges.add(new RowsRead.Range(range.getFrom(), range.getThrough()));
        }
        try {
            return new RowsRead(SlotStateCodec.decode(in.getChannel()), kind(in.getKind()), ranges, in.getRowsMax());
        } catch (IllegalArgumentException e) {
            throw new MalformedPeerMessage(e.getMessage());
        }
    }

    static Wire.RowsResult encode(RowsResult result) {
        Wire.RowsResult.Builder out = Wire.RowsResult.newBuilder();
        switch (result) {
            case RowsResult.Done() -> out.setDone(true);
            case RowsResult.Unexpected(var key) -> out.setUnexpected(key);
            case RowsResult.Full(var key) -> out.setFull(key);
            case RowsResult.Refused(var error) -> out.setRefused(SlotAnswerCodec.error(error));
        }
        return out.build();
    }

    static RowsResult decode(Wire.RowsResult in) throws MalformedPeerMessage {
        return switch (in.getResultCase()) {
            case DONE -> new RowsResult.Done();
            case UNEXPECTED -> new RowsResult.Unexpected(in.getUnexpected());
            case FULL -> new RowsResult.Full(in.getFull());
            case REFUSED -> new RowsResult.Refused(SlotAnswerCodec.error(in.getRefused()));
            case RESULT_NOT_SET -> throw new MalformedPeerMessage("the result of a change of rows is of no known kind");
        };
    }

    /// Its rows are all of one kind, and lasting.
    static Wire.RowsPage encode(RowsPage page) {
        Wire.RowsPage.Builder out = Wire.RowsPage.newBuilder().setMore(page.more());
        for (StateRow row : page.rows()) {
            out.setKind(row.kind().ordinal())
                    .addRows(Wire.Row.newBuilder()
                            .setKey(row.key())
                            .setValue(PeerMessageCodec.bytes(row.value().bytes())));
        }
        return out.build();
    }

    static RowsPage decode(Wire.RowsPage in) throws MalformedPeerMessage {
        StateKind kind = kind(in.getKind());
        List<StateRow> rows = new ArrayList<>(in.getRowsCount());
        try {
            for (Wire.Row row : in.getRowsList()) {
                rows.add(new StateRow(kind, row.getKey(), Lifetime.LASTING, value(row.getValue())));
            }
        } catch (IllegalArgumentException e) {
            throw new MalformedPeerMessage(e.getMessage());
        }
        return new RowsPage(rows, in.getMore());
    }

    private static StateKind kind(int number) throws MalformedPeerMessage {
        if (number < 0 || number >= KINDS.length) {
            throw new MalformedPeerMessage("rows are of unknown kind " + number);
        }
        return KINDS[number];
    }

    private static StateValue value(ByteString bytes) {
        return new StateValue(bytes.toByteArray());
    }
}
