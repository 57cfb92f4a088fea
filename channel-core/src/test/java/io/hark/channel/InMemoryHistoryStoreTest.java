package io.hark.channel;

class InMemoryHistoryStoreTest implements HistoryStoreContract {
    @Override
    public Subject subject() {
        InMemoryHistoryStore store = new InMemoryHistoryStore(DEDUPE_WINDOW, CHANNEL_MEMORY);
        return new Subject() {
            @Override
            public HistoryStore store() {
                return store;
            }

            @Override
            public void reopen() {
                store.reopen();
            }

            @Override
            public void expire(long nowMillis) {
                store.expire(nowMillis);
            }

            @Override
            public void close() {
                store.close();
            }
        };
    }

    @Override
    public Subject another() {
        return subject();
    }
}
