package io.hark.frontend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.hark.channel.ChannelId;
import io.hark.channel.Entry;
import io.hark.channel.EntryBody;
import io.hark.channel.Origin;
import io.hark.protocol.ChannelSerials;
import org.junit.jupiter.api.Test;

class ClientPlaceTest {
    private final EntryFrames frames = new EntryFrames(new ChannelSerials("secret".getBytes(UTF_8)));
    private final ClientPlace place = new ClientPlace(frames);

    @Test
    void itIsWhereTheClientAttachedUntilItIsHandedSomething() {
        place.attached("here");
        assertThat(place.channelSerial()).isEqualTo("here");

        place.handed(entry(1, 7));
        assertThat(place.channelSerial()).isEqualTo(frames.channelSerial(entry(1, 7)));
    }

    @Test
    void aClientThatHasNotReadAllYetIsMovedOn() {
        place.handed(entry(1, 7));

        assertThat(place.orLater(serial(1, 5))).isEqualTo(serial(1, 7));
        assertThat(place.orLater(serial(1, 7))).isEqualTo(serial(1, 7));
        assertThat(place.orLater(serial(1, 9))).isEqualTo(serial(1, 9));
    }

    @Test
    void placesThatCannotBeComparedAreTheClients() {
        assertThat(place.orLater(serial(1, 5))).isEqualTo(serial(1, 5));

        place.handed(entry(1, 7));

        assertThat(place.orLater(serial(2, 5))).isEqualTo(serial(2, 5));
        assertThat(place.orLater("none")).isEqualTo("none");
    }

    private String serial(int lineage, long lsn) {
        return frames.channelSerial(entry(lineage, lsn));
    }

    private static Entry entry(int lineage, long lsn) {
        return new Entry(
                lsn,
                1,
                new Origin("eu", lineage),
                lsn,
                ChannelId.of("app", "room").key(),
                0,
                lsn << 16,
                EntryBody.NONE);
    }
}
