package io.hark.history;

import io.hark.channel.ChannelKey;
import io.hark.channel.DamagedEntry;
import io.hark.channel.Entry;
import io.hark.channel.HistoryPage;
import io.hark.channel.HistoryQuery;
import io.hark.channel.LogRecord;
import io.hark.channel.StatePage;
import io.hark.channel.StateQuery;
import io.hark.channel.StoreView;
import java.util.Optional;
import org.rocksdb.RocksDBException;

/// Blocking: the store as those see it who consult it. Any thread.
final class Consultation implements StoreView {
    private final HistoryReader history;
    private final StateReader state;

    Consultation(HistoryReader history, StateReader state) {
        this.history = history;
        this.state = state;
    }

    private interface Read<T> {
        T read() throws RocksDBException, DamagedEntry;
    }

    /// Brings the database's failure past those who consult.
    private static final class Unreadable extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final RocksDBException reason;

        private Unreadable(RocksDBException reason) {
            super(reason);
            this.reason = reason;
        }
    }

    <T> T answer(Reading<T> reading) throws RocksDBException, DamagedEntry {
        try {
            return reading.read(this);
        } catch (Unreadable e) {
            throw e.reason;
        }
    }

    private static <T> T reading(Read<T> read) throws DamagedEntry {
        try {
            return read.read();
        } catch (RocksDBException e) {
            throw new Unreadable(e);
        }
    }

    @Override
    public HistoryPage read(HistoryQuery query) throws DamagedEntry {
        return reading(() -> history.page(query));
    }

    @Override
    public StatePage state(StateQuery query) throws DamagedEntry {
        return reading(() -> state.page(query));
    }

    @Override
    public Optional<Entry> entry(ChannelKey channel, long lsn) throws DamagedEntry {
        return reading(() -> history.entry(channel, lsn));
    }

    @Override
    public Optional<LogRecord> record(ChannelKey channel, long lsn) throws DamagedEntry {
        return reading(() -> history.record(channel, lsn));
    }
}
