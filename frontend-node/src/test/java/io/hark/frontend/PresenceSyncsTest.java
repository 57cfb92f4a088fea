package io.hark.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.channel.ChannelId;
import io.hark.presence.Member;
import io.hark.protocol.Format;
import io.hark.protocol.Payload;
import io.hark.protocol.PresenceAction;
import io.hark.protocol.PresenceMessage;
import io.hark.protocol.ProtocolCodec;
import io.hark.protocol.ServerMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PresenceSyncsTest {
    private static final ChannelId ROOM = ChannelId.of("app", "room");
    private static final int PAGE = 10;
    private static final long BYTES_MAX = 8 << 10;

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final PresenceSyncs syncs = new PresenceSyncs(new WireScratch(), allocator, BYTES_MAX);

    @AfterEach
    void nothingLeaks() {
        syncs.close();
        assertThat(syncs.bytes()).isZero();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    @Test
    void theNextOneGetsTheSameBytes() throws Exception {
        List<Member> members = members(25);
        List<ServerMessage.Sync> first = sync(ROOM, Format.JSON, members, "s1");
        long used = allocator.metric().usedDirectMemory();

        List<ServerMessage.Sync> second = sync(ROOM, Format.JSON, members, "s2");

        assertThat(second).isEqualTo(first);
        assertThat(allocator.metric().usedDirectMemory()).isEqualTo(used);
        assertThat(second).flatExtracting(ServerMessage.Sync::presence).hasSize(25);
        assertThat(second).extracting(ServerMessage.Sync::channelSerial).containsExactly("s1:c9", "s1:c19", "s1:");
    }

    @Test
    void aSetThatChangedIsEncodedAnew() throws Exception {
        sync(ROOM, Format.MSGPACK, members(25), "s1");

        List<ServerMessage.Sync> changed = sync(ROOM, Format.MSGPACK, members(24), "s2");

        assertThat(changed).flatExtracting(ServerMessage.Sync::presence).hasSize(24);
        assertThat(changed.getLast().channelSerial()).isEqualTo("s2:");
    }

    @Test
    void oneThatIsHalfwayThroughAnOlderSetGoesOnWithIt() throws Exception {
        List<Member> older = members(25);
        String olderId = syncs.begin(ROOM, "room", Format.JSON, older, "s1");
        ServerMessage.Sync page0 = page(ROOM, Format.JSON, older, olderId, 0);
        sync(ROOM, Format.JSON, members(30), "s2");

        ServerMessage.Sync page1 = page(ROOM, Format.JSON, older, olderId, 1);
        ServerMessage.Sync page2 = page(ROOM, Format.JSON, older, olderId, 2);

        assertThat(List.of(page0, page1, page2))
                .extracting(ServerMessage.Sync::channelSerial)
                .containsExactly("s1:c9", "s1:c19", "s1:");
        assertThat(page2.presence()).hasSize(5);
    }

    @Test
    void channelsOfSeveralAppsDoNotMix() throws Exception {
        sync(ROOM, Format.JSON, members(25), "s1");

        assertThat(syncs.begin(ChannelId.of("other", "room"), "room", Format.JSON, members(25), "s2"))
                .isEqualTo("s2");
    }

    @Test
    void whatIsKeptIsBounded() throws Exception {
        for (int i = 0; i < 100; i++) {
            sync(ChannelId.of("app", "room-" + i), Format.JSON, members(25), "s" + i);
            assertThat(syncs.bytes()).isLessThanOrEqualTo(BYTES_MAX);
        }
        assertThat(syncs.bytes()).isPositive();
    }

    @Test
    void aSetLargerThanTheLimitIsSentButNotKept() throws Exception {
        List<Member> members = members(500);

        assertThat(sync(ROOM, Format.JSON, members, "s1"))
                .flatExtracting(ServerMessage.Sync::presence)
                .hasSize(500);
        assertThat(syncs.bytes()).isLessThanOrEqualTo(BYTES_MAX);
    }

    @Test
    void aSmallSetIsNotKept() throws Exception {
        sync(ROOM, Format.JSON, members(PAGE), "s1");
        sync(ROOM, Format.JSON, List.of(), "s2");

        assertThat(syncs.bytes()).isZero();
    }

    private List<ServerMessage.Sync> sync(ChannelId id, Format format, List<Member> members, String newId)
            throws Exception {
        String syncId = syncs.begin(id, "room", format, members, newId);
        List<ServerMessage.Sync> pages = new ArrayList<>();
        int number = 0;
        do {
            pages.add(page(id, format, members, syncId, number++));
        } while (number * PAGE < members.size());
        return pages;
    }

    private ServerMessage.Sync page(ChannelId id, Format format, List<Member> members, String syncId, int number)
            throws Exception {
        int to = Math.min(members.size(), (number + 1) * PAGE);
        ByteBuf frame = syncs.frame(
                id, "room", format, members, syncId, number, members.subList(number * PAGE, to), to == members.size());
        frame.skipBytes(WireScratch.headerLength(frame, frame.readerIndex()));
        byte[] bytes = ByteBufUtil.getBytes(frame);
        frame.release();
        return (ServerMessage.Sync) ProtocolCodec.of(format).decodeServer(bytes, 0, bytes.length);
    }

    private static List<Member> members(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Member(
                        new PresenceMessage(
                                PresenceAction.PRESENT,
                                Optional.of("c" + i + ":0:0"),
                                Optional.of("client-" + i),
                                Optional.of("c" + i),
                                1_700_000_000_000L,
                                Payload.text("here"),
                                Optional.empty(),
                                Map.of()),
                        0))
                .toList();
    }
}
