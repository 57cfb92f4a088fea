package io.hark.push;

import io.hark.channel.ChannelId;
import io.hark.channel.RowsPage;
import io.hark.channel.RowsRead.Range;
import io.hark.channel.StateRow;
import io.hark.protocol.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/// Blocking: rows of several shards, one shard after the other, page by page. The order is that of
/// shards and keys; a page goes on after the last row of the one before it, whatever has come and gone
/// meanwhile.
public final class Listing {
    /// Rows looked at for one page: it is short when few of them are wanted.
    private static final int ROWS_MAX = 5_000;

    private final PushRows rows;
    private final List<Leg> legs;

    /// Value: a part of the listing.
    record Leg(ChannelId shard, Range range) {}

    /// Value: some items, and where the next ones begin.
    ///
    /// @param next empty on the last page
    public record Page<T>(List<T> items, Optional<String> next) {}

    /// What is listed of some rows of a shard, in their order.
    interface Reader<T> {
        List<Optional<T>> read(ChannelId shard, List<StateRow> rows) throws PushRefusal;
    }

    /// A place: after a row of a leg.
    private record Cursor(int leg, String key) {
        String text() {
            return leg + "-"
                    + Base64.getUrlEncoder().withoutPadding().encodeToString(key.getBytes(StandardCharsets.UTF_8));
        }

        static Cursor parse(String text, int legs) throws PushRefusal {
            try {
                int dash = text.indexOf('-');
                int leg = Integer.parseInt(text.substring(0, Math.max(dash, 0)));
                if (leg >= 0 && leg < legs) {
                    byte[] key = Base64.getUrlDecoder().decode(text.substring(dash + 1));
                    return new Cursor(leg, new String(key, StandardCharsets.UTF_8));
                }
            } catch (IllegalArgumentException malformed) {
                // Refused below, like one of another listing.
            }
            throw new PushRefusal(
                    ErrorCode.PAGE_NO_LONGER_VALID,
                    "the cursor is not one of this listing; start again at its first page");
        }
    }

    Listing(PushRows rows, List<Leg> legs) {
        this.rows = rows;
        this.legs = legs;
    }

    <T> Page<T> page(Optional<String> cursor, int limit, Reader<T> reader) throws PushRefusal {
        Cursor at = cursor.isPresent() ? Cursor.parse(cursor.get(), legs.size()) : new Cursor(0, "");
        List<T> items = new ArrayList<>();
        int seen = 0;
        while (at.leg() < legs.size()) {
            Leg leg = legs.get(at.leg());
            Range range = at.key().isEmpty() ? leg.range() : leg.range().after(at.key());
            RowsPage page = rows.page(leg.shard(), List.of(range), PushRows.PAGE);
            List<Optional<T>> read = reader.read(leg.shard(), page.rows());
            for (int index = 0; index < read.size(); index++) {
                if (read.get(index).isPresent()) {
                    if (items.size() == limit) {
                        return new Page<>(items, Optional.of(at.text()));
                    }
                    items.add(read.get(index).get());
                }
                at = new Cursor(at.leg(), page.rows().get(index).key());
            }
            seen += read.size();
            if (!page.more()) {
                at = new Cursor(at.leg() + 1, "");
            }
            if (seen >= ROWS_MAX && at.leg() < legs.size()) {
                return new Page<>(items, Optional.of(at.text()));
            }
        }
        return new Page<>(items, Optional.empty());
    }
}
