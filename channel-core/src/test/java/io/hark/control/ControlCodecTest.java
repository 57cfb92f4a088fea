package io.hark.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hark.channel.DamagedEntry;
import io.hark.channel.Slots;
import io.hark.protocol.FrameMutator;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class ControlCodecTest {
    private static final int MUTATIONS = 20_000;

    private static ControlState state() {
        ControlState state = ControlState.EMPTY;
        for (String node : List.of("n1", "n2", "n3")) {
            state = state.apply(new ControlCommand.Register(node, node + "-life", "h:" + node, 2, true, List.of()));
        }
        return state.apply(new ControlCommand.Bootstrap(2, 1, Collections.nCopies(Slots.COUNT, List.of("n1", "n2"))))
                .apply(new ControlCommand.PutApp("app", new byte[] {1, 2, 3}))
                .apply(new ControlCommand.PutApp("empty", new byte[0]))
                .apply(new ControlCommand.Revoke(List.of(revocation()), 5))
                .apply(new ControlCommand.Move(List.of(new ControlCommand.Step(5, 1, "n2"))))
                .apply(new ControlCommand.ForceElect(1023, "n3"))
                .apply(new ControlCommand.NodeDown("n1", "n1-life"));
    }

    private static Revocation revocation() {
        return new Revocation("app.key", "clientId:größe", 4, 6, Long.MAX_VALUE);
    }

    private static List<ControlCommand> commands() {
        List<ControlCommand.Step> steps =
                List.of(new ControlCommand.Step(0, 1, "n1"), new ControlCommand.Step(1023, Integer.MAX_VALUE, "größe"));
        return List.of(
                new ControlCommand.Register("n1", "life", "10.0.0.1:7000", 100, true, List.of()),
                new ControlCommand.Register("n1", "life", "[::1]:7000", 0, false, List.of(0, 1023)),
                new ControlCommand.NodeDown("n1", "life"),
                new ControlCommand.Drain("n1", "life"),
                new ControlCommand.Remove("n1"),
                new ControlCommand.Bootstrap(3, 2, Collections.nCopies(Slots.COUNT, List.of("n1", "n2", "n3"))),
                new ControlCommand.Import(state(), 3),
                new ControlCommand.RaiseMinIsr(2),
                new ControlCommand.Import(ControlState.EMPTY, 1),
                new ControlCommand.ChangeIsr(List.of(new ControlCommand.IsrChange(1023, 9, 8, List.of("n1", "n2")))),
                new ControlCommand.Move(steps),
                new ControlCommand.Transfer(steps),
                new ControlCommand.SetReplicas(List.of(
                        new ControlCommand.Replicas(7, 3, List.of("n3")),
                        new ControlCommand.Replicas(8, 3, List.of()))),
                new ControlCommand.ForceElect(1023, "n2"),
                new ControlCommand.PutApp("app", new byte[] {0, -1}),
                new ControlCommand.ChangeApp("app", new byte[] {2}, new byte[] {3, 4}),
                new ControlCommand.DeleteApp("app"),
                new ControlCommand.Revoke(List.of(revocation()), Long.MAX_VALUE),
                new ControlCommand.Revoke(List.of(), 0));
    }

    @Test
    void everyCommandComesBackAsItWas() throws DamagedEntry {
        Set<Class<?>> kinds = new HashSet<>();
        for (ControlCommand command : commands()) {
            kinds.add(command.getClass());
            assertThat(ControlCodec.decodeCommand(ControlCodec.encode(command)))
                    .usingRecursiveComparison()
                    .isEqualTo(command);
        }
        assertThat(kinds).containsExactlyInAnyOrder(ControlCommand.class.getPermittedSubclasses());
    }

    @Test
    void aStateComesBackAsItWas() throws DamagedEntry {
        for (ControlState state : List.of(ControlState.EMPTY, state())) {
            byte[] bytes = ControlCodec.encode(state);
            assertThat(ControlCodec.decodeState(bytes))
                    .usingRecursiveComparison()
                    .isEqualTo(state);
            assertThat(ControlCodec.encode(ControlCodec.decodeState(bytes))).isEqualTo(bytes);
        }
    }

    @Test
    void everyFlippedBitAndMissingEndIsNoticed() {
        for (ControlCommand command : commands()) {
            byte[] bytes = ControlCodec.encode(command);
            if (bytes.length > 1000) {
                continue; // The same code as the small ones, and long.
            }
            for (int bit = 0; bit < bytes.length * 8; bit++) {
                byte[] damaged = bytes.clone();
                damaged[bit / 8] ^= (byte) (1 << bit % 8);
                assertThatThrownBy(() -> ControlCodec.decodeCommand(damaged)).isInstanceOf(DamagedEntry.class);
            }
            for (int length = 0; length < bytes.length; length++) {
                byte[] torn = Arrays.copyOf(bytes, length);
                assertThatThrownBy(() -> ControlCodec.decodeCommand(torn)).isInstanceOf(DamagedEntry.class);
            }
        }
    }

    @Test
    void whatHasAValidChecksumButNotTheFormIsDamagedToo() {
        ControlState small = ControlState.EMPTY
                .apply(new ControlCommand.Register("n1", "life", "h:1", 1, true, List.of()))
                .apply(new ControlCommand.PutApp("app", new byte[] {1}));
        List<byte[]> valid = commands().stream()
                .map(ControlCodec::encode)
                .filter(bytes -> bytes.length < 1000)
                .map(bytes -> Arrays.copyOf(bytes, bytes.length - Integer.BYTES))
                .toList();
        FrameMutator commands = new FrameMutator(valid, 1);
        byte[] state = ControlCodec.encode(small);
        FrameMutator states = new FrameMutator(List.of(Arrays.copyOf(state, state.length - Integer.BYTES)), 2);
        int decoded = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            try {
                ControlCodec.decodeCommand(sealed(commands.next()));
                decoded++;
            } catch (DamagedEntry e) {
                assertThat(e).hasMessageContaining("control record");
            }
            try {
                ControlCodec.decodeState(sealed(states.next()));
                decoded++;
            } catch (DamagedEntry e) {
                assertThat(e).hasMessageContaining("control record");
            }
        }
        assertThat(decoded).isBetween(1, 2 * MUTATIONS - 1);
    }

    private static byte[] sealed(byte[] content) {
        CRC32C crc = new CRC32C();
        crc.update(content);
        byte[] bytes = Arrays.copyOf(content, content.length + Integer.BYTES);
        ByteBuffer.wrap(bytes).putInt(content.length, (int) crc.getValue());
        return bytes;
    }
}
