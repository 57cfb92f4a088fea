package io.hark.presence;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.protocol.Payload;
import io.hark.protocol.PresenceAction;
import io.hark.protocol.PresenceMessage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PresenceSetTest {
    private final PresenceSet set = new PresenceSet();

    @Test
    void membersComeInTheOrderOfTheirConnections() {
        set.put(member("b", "ann", 1));
        set.put(member("a", "bob", 1));
        set.put(member("b", "carl", 1));

        assertThat(set.snapshot()).extracting(Member::key).containsExactly("b:ann", "b:carl", "a:bob");
        assertThat(set.of("b")).extracting(Member::clientId).containsExactly("ann", "carl");
    }

    @Test
    void oneClientIdOnTwoConnectionsIsTwoMembers() {
        set.put(member("a", "ann", 1));
        set.put(member("b", "ann", 1));
        set.put(member("b", "ann", 2));

        assertThat(set.size()).isEqualTo(2);
    }

    @Test
    void removingWhatIsNotThereChangesNothing() {
        set.put(member("a", "ann", 1));
        set.remove("a", "bob");
        set.remove("b", "ann");
        assertThat(set.size()).isEqualTo(1);

        set.remove("a", "ann");
        assertThat(set.size()).isZero();
        assertThat(set.snapshot()).isEmpty();
        assertThat(set.of("a")).isEmpty();
    }

    @Test
    void aSnapshotStaysAsItWas() {
        set.put(member("a", "ann", 1));
        List<Member> before = set.snapshot();
        assertThat(set.snapshot()).isSameAs(before);

        set.put(member("a", "bob", 1));
        assertThat(before).hasSize(1);
        assertThat(set.snapshot()).hasSize(2);
    }

    @Test
    void confirmRaisesTheGenerationOfTheConnectionsMembersOnly() {
        set.put(member("a", "ann", 1));
        set.put(member("a", "bob", 5));
        set.put(member("b", "ann", 1));
        set.confirm("a", 3);

        assertThat(set.get("a", "ann").orElseThrow().generation()).isEqualTo(3);
        assertThat(set.get("a", "bob").orElseThrow().generation()).isEqualTo(5);
        assertThat(set.get("b", "ann").orElseThrow().generation()).isEqualTo(1);
        assertThat(set.snapshot()).extracting(Member::generation).containsExactly(3, 5, 1);
    }

    @Test
    void confirmOfAnUnknownConnectionChangesNothing() {
        set.confirm("a", 3);

        assertThat(set.snapshot()).isEmpty();
    }

    private static Member member(String connectionId, String clientId, int generation) {
        return new Member(
                new PresenceMessage(
                        PresenceAction.PRESENT,
                        Optional.of(connectionId + ":0:0"),
                        Optional.of(clientId),
                        Optional.of(connectionId),
                        1,
                        Payload.NONE,
                        Optional.empty(),
                        Map.of()),
                generation);
    }
}
