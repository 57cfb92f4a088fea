package io.hark.frontend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.MAP;

import io.hark.channel.ChannelId;
import io.hark.channel.Claim;
import io.hark.channel.Entry;
import io.hark.channel.EntryBody;
import io.hark.channel.FrontendEffects;
import io.hark.channel.HistoryPage;
import io.hark.channel.HistoryQuery;
import io.hark.channel.MembersWanted;
import io.hark.channel.ObjectsPage;
import io.hark.channel.ObjectsQuery;
import io.hark.channel.Origin;
import io.hark.channel.Subscribed;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.Format;
import io.hark.protocol.MalformedFrame;
import io.hark.protocol.Message;
import io.hark.protocol.MessageAction;
import io.hark.protocol.ObjectBatch;
import io.hark.protocol.ObjectData;
import io.hark.protocol.ObjectEntry;
import io.hark.protocol.ObjectState;
import io.hark.protocol.Payload;
import io.hark.protocol.ProtocolCodec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

class ObjectTellingTest {
    private static final ChannelId CHANNEL = ChannelId.of("app", "shop:a b");
    private static final int BYTES_MAX = 1_000;

    private final Server server = new Server();
    private final List<Message> told = new ArrayList<>();
    private boolean writable = true;
    private int ids;

    private ObjectTelling telling(ObjectTelling.Wanted wanted) {
        ObjectTelling.Reader reader = new ObjectTelling.Reader() {
            @Override
            public boolean writable() {
                return writable;
            }

            @Override
            public void tell(Message message) {
                told.add(message);
            }
        };
        return new ObjectTelling(CHANNEL, wanted, reader, server, () -> "id" + ids++, () -> 7, BYTES_MAX);
    }

    private ObjectTelling attached(ObjectTelling.Wanted wanted) {
        ObjectTelling telling = telling(wanted);
        telling.attached();
        return telling;
    }

    private static ObjectState counter(String id, double count) {
        return new ObjectState(id, Map.of("eu", "serial"), false, 0, new ObjectState.OfCounter(count));
    }

    private static ObjectState map(String id, String... keys) {
        Map<String, ObjectEntry> entries = new LinkedHashMap<>();
        for (String key : keys) {
            entries.put(key, ObjectEntry.initial(new ObjectData.Text("value of " + key)));
        }
        return new ObjectState(id, Map.of(), false, 0, new ObjectState.OfMap(entries, Optional.empty()));
    }

    private static Entry operations(long lsn) {
        return new Entry(
                lsn,
                1,
                new Origin("eu", 1),
                lsn,
                CHANNEL.key(),
                lsn - 1,
                lsn * 1_000,
                new EntryBody.Objects(new ObjectBatch("frame", Optional.empty(), 0, List.of())));
    }

    private static Map<?, ?> data(Message message) {
        assertThat(message.name()).contains("[meta]objects");
        assertThat(message.action()).isEqualTo(MessageAction.META);
        assertThat(message.encoding()).contains("json");
        assertThat(message.timestamp()).isEqualTo(7);
        try {
            String text = message.data() instanceof Payload.Text(String json) ? json : "";
            return (Map<?, ?>) ProtocolCodec.of(Format.JSON).decodeValue(text.getBytes(StandardCharsets.UTF_8));
        } catch (MalformedFrame e) {
            throw new AssertionError(e);
        }
    }

    private List<Object> toldOf(String member) {
        List<Object> values = new ArrayList<>();
        told.forEach(message -> values.add(data(message).get(member)));
        return values;
    }

    private List<Object> toldIds() {
        List<Object> values = new ArrayList<>();
        toldOf("object").forEach(object -> values.add(((Map<?, ?>) object).get("objectId")));
        return values;
    }

    @Test
    void atTheAttachEachObjectIsTold() {
        attached(ObjectTelling.Wanted.OBJECTS);
        server.answer(5, "next", counter("counter:a", 3), map("root", "a"));
        server.answer(5, "", map("root", "b"), counter("counter:z", 4));

        assertThat(toldIds()).containsExactly("counter:a", "root", "counter:z");
        assertThat(toldOf("syncId")).containsExactly("id0", "id0", "id0");
        assertThat(toldOf("nextCursor")).containsExactly("1", "2", null);
        Map<?, ?> root = (Map<?, ?>) toldOf("object").get(1);
        Map<?, ?> entries = (Map<?, ?>) ((Map<?, ?>) root.get("map")).get("entries");
        assertThat((Object) entries.keySet()).isEqualTo(Set.of("a", "b"));
        assertThat(told).extracting(message -> message.id().orElseThrow()).doesNotHaveDuplicates();
    }

    @Test
    void afterChangesTheyAreToldOnceMoreWhenItHasRested() {
        ObjectTelling telling = attached(ObjectTelling.Wanted.OBJECTS);
        server.answer(5, "", counter("counter:a", 3));
        telling.passed(operations(5));
        telling.passed(operations(6));
        telling.passed(operations(7));
        assertThat(server.queries).isEmpty();

        server.rested();
        server.answer(7, "", counter("counter:a", 5));
        server.rested();

        assertThat(told).hasSize(2);
        assertThat(toldOf("syncId")).containsExactly("id0", "id1");
        assertThat(server.queries).isEmpty();
        telling.passed(operations(8));
        assertThat(server.queries).hasSize(1);
    }

    @Test
    void aChangeInTheMidstOfARunIsToldByTheNextOne() {
        ObjectTelling telling = attached(ObjectTelling.Wanted.OBJECTS);
        telling.passed(operations(6));
        assertThat(server.queries).hasSize(1);
        server.answer(5, "", counter("counter:a", 3));
        server.rested();
        server.answer(6, "", counter("counter:a", 4));
        server.rested();

        assertThat(told).hasSize(2);
        assertThat(server.queries).isEmpty();
    }

    @Test
    void itRestsTheLongerTheMoreWasTold() {
        attached(ObjectTelling.Wanted.OBJECTS);
        ObjectState[] many = new ObjectState[2_000];
        for (int i = 0; i < many.length; i++) {
            many[i] = map("map:" + i, "k".repeat(300));
        }
        server.answer(5, "", many);

        assertThat(told).hasSize(2_000);
        assertThat(server.restMillis).isBetween(4_000L, 10_000L);
    }

    @Test
    void whoTakesNothingIsToldNothing() {
        ObjectTelling telling = attached(ObjectTelling.Wanted.OBJECTS);
        writable = false;
        server.answer(5, "next", counter("counter:a", 3), counter("counter:b", 3));
        assertThat(told).isEmpty();
        assertThat(server.queries).isEmpty();

        writable = true;
        telling.pump();
        server.answer(5, "");

        assertThat(toldIds()).containsExactly("counter:a", "counter:b");
        assertThat(toldOf("nextCursor")).containsExactly("1", null);
    }

    @Test
    void aRunThatCannotBeReadToItsEndBeginsAnew() {
        attached(ObjectTelling.Wanted.OBJECTS);
        server.answer(5, "next", counter("counter:a", 3), counter("counter:b", 3));
        server.refuse();
        assertThat(server.queries).isEmpty();
        server.rested();
        server.answer(5, "", counter("counter:a", 3), counter("counter:b", 3));

        assertThat(toldIds()).containsExactly("counter:a", "counter:a", "counter:b");
        assertThat(toldOf("syncId")).containsExactly("id0", "id1", "id1");
    }

    @Test
    void anObjectThatIsTooLargeEndsTheRun() {
        ObjectTelling telling = attached(ObjectTelling.Wanted.OBJECTS);
        String half = "k".repeat(300);
        server.answer(5, "next", counter("counter:a", 3), map("map:b", "a" + half));
        server.answer(5, "next", map("map:b", "b" + half), counter("counter:z", 4));

        assertThat(told).hasSize(2);
        assertThat(toldOf("error").get(1)).asInstanceOf(MAP).containsEntry("code", 92001L);
        server.rested();
        assertThat(server.queries).isEmpty();
        telling.passed(operations(6));
        assertThat(server.queries).hasSize(1);
    }

    @Test
    void aNotificationSaysWhereTheyCanBeRead() {
        ObjectTelling telling = attached(ObjectTelling.Wanted.NOTIFICATION);
        assertThat(told).isEmpty();
        telling.passed(operations(5));
        telling.passed(operations(6));
        telling.passed(operations(7));
        assertThat(toldOf("link")).containsExactly("/channels/shop%3Aa%20b/object");

        server.rested();
        server.rested();
        assertThat(told).hasSize(2);
        assertThat(server.queries).isEmpty();
    }

    @Test
    void nothingIsToldOnceItHasEnded() {
        ObjectTelling telling = attached(ObjectTelling.Wanted.OBJECTS);
        telling.end();
        server.answer(5, "", counter("counter:a", 3));
        telling.passed(operations(6));

        assertThat(told).isEmpty();
        assertThat(server.queries).isEmpty();
    }

    /// The owner of the objects, which answers when the test says so, and a clock.
    private static final class Server implements FrontendEffects {
        private final ArrayDeque<BiConsumer<ObjectsPage, ErrorInfo>> queries = new ArrayDeque<>();
        private final ArrayDeque<Runnable> resting = new ArrayDeque<>();
        private long restMillis;

        void answer(long lsn, String next, ObjectState... objects) {
            queries.remove().accept(new ObjectsPage(1, lsn, List.of(objects), next), null);
        }

        void refuse() {
            queries.remove().accept(null, ErrorCode.OVERLOADED.info());
        }

        /// The time that it is to rest is over, if it rests.
        void rested() {
            if (!resting.isEmpty()) {
                resting.remove().run();
            }
        }

        @Override
        public void objects(ObjectsQuery query, BiConsumer<ObjectsPage, ErrorInfo> answer) {
            queries.add(answer);
        }

        @Override
        public void later(long millis, Runnable step) {
            restMillis = millis;
            resting.add(step);
        }

        @Override
        public void subscribe(
                ChannelId channel,
                List<Claim> claims,
                MembersWanted members,
                boolean sure,
                BiConsumer<Subscribed, ErrorInfo> answer) {
            throw new AssertionError("nobody subscribes here");
        }

        @Override
        public void unsubscribe(ChannelId channel) {
            throw new AssertionError("nobody has subscribed here");
        }

        @Override
        public void read(HistoryQuery query, BiConsumer<HistoryPage, Throwable> answer) {
            throw new AssertionError("the log is not read here");
        }

        @Override
        public void alarm(String what) {
            throw new AssertionError(what);
        }
    }
}
