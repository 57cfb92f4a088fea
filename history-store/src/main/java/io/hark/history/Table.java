package io.hark.history;

/// The column families. Rows of the first five start with a [Segment] and expire with it;
/// those of state that is lasting start with [Segment#NONE] and stay.
///
/// | table   | key                                     | value                                  |
/// |---------|-----------------------------------------|----------------------------------------|
/// | HIST    | segment, slot, channel hash, LSN        | the entry                              |
/// | LOG     | segment, slot, LSN                      | channel hash, the record's companion   |
/// | DEDUPE  | segment, slot, channel hash, id hash    | receipt                                |
/// | CHAN    | segment, slot, channel hash             | last LSN, app, name                    |
/// | STATE   | segment, slot, kind, channel hash, key  | app, name, the row's value             |
/// | META    | a letter, then what [MetaRows] says     | slot metas, retention classes, trims   |
/// | CONTROL | what [RocksControlLog] says             | the control log's state                |
///
/// The companion is what a record holds beside its entry, see [io.hark.channel.LogRecordCodec].
enum Table {
    HIST(Table.SEGMENT + Table.CHANNEL, false),
    LOG(Table.SEGMENT + Table.SLOT, false),
    DEDUPE(0, true),
    CHAN(0, true),
    STATE(Table.SEGMENT + Table.STATE_CHANNEL, false),
    META(0, false),
    CONTROL(0, false);

    static final int SEGMENT = 8;
    static final int SLOT = 2;
    static final int HASH = 16;
    static final int CHANNEL = SLOT + HASH;
    static final int KIND = 1;
    static final int STATE_CHANNEL = SLOT + KIND + HASH;
    static final int LSN = 8;

    static final int HIST_KEY = SEGMENT + CHANNEL + LSN;
    static final int LOG_KEY = SEGMENT + SLOT + LSN;
    static final int DEDUPE_KEY = SEGMENT + CHANNEL + HASH;
    static final int CHAN_KEY = SEGMENT + CHANNEL;

    /// Without the row's own key, which follows.
    static final int STATE_KEY = SEGMENT + STATE_CHANNEL;

    /// Bytes that all rows of one scan share; 0 when the table is not scanned on the message path.
    final int prefixBytes;
    /// Whether single rows are looked up that are often absent.
    final boolean pointLookups;

    Table(int prefixBytes, boolean pointLookups) {
        this.prefixBytes = prefixBytes;
        this.pointLookups = pointLookups;
    }
}
