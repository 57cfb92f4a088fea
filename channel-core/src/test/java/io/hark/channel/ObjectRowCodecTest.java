package io.hark.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hark.objects.ObjectHead;
import io.hark.objects.ObjectRow;
import io.hark.protocol.ObjectData;
import io.hark.protocol.ObjectEntry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ObjectRowCodecTest {
    private static final List<ObjectRow> ROWS = List.of(
            ObjectHead.NEW,
            new ObjectHead(Map.of("eu", "s1", "us", "s2"), true, 0, Optional.of("s0"), 0, 1_700_000_000_000L),
            new ObjectHead(Map.of("eu", "s1"), false, 1_700_000_000_000L, Optional.empty(), -1.5, 0),
            entry(new ObjectData.Reference("map:a@1")),
            entry(new ObjectData.Bool(true)),
            entry(new ObjectData.Bool(false)),
            entry(new ObjectData.Number(0.1)),
            entry(new ObjectData.Text("")),
            entry(new ObjectData.Text("grüße 🎈")),
            entry(new ObjectData.Bytes(new byte[] {0, -1})),
            entry(new ObjectData.Json("{}")),
            new ObjectRow.Entry(ObjectEntry.initial(new ObjectData.Bool(true))),
            new ObjectRow.Entry(ObjectEntry.removed("s3", 1_700_000_000_000L)));

    private static ObjectRow entry(ObjectData data) {
        return new ObjectRow.Entry(ObjectEntry.set(data, "s1"));
    }

    @Test
    void aRowReadsBackAsItWas() throws DamagedEntry {
        for (ObjectRow row : ROWS) {
            assertThat(ObjectRowCodec.decode(ObjectRowCodec.encode(row))).isEqualTo(row);
        }
    }

    @Test
    void aDamagedRowIsNotTaken() {
        for (ObjectRow row : ROWS) {
            byte[] bytes = ObjectRowCodec.encode(row);
            for (int at = 0; at < bytes.length; at++) {
                byte[] damaged = bytes.clone();
                damaged[at] ^= 4;
                assertThatThrownBy(() -> ObjectRowCodec.decode(damaged)).isInstanceOf(DamagedEntry.class);
            }
        }
    }
}
