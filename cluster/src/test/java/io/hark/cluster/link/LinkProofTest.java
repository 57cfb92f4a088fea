package io.hark.cluster.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class LinkProofTest {
    private static final ByteString GIVEN = ByteString.copyFromUtf8("nonce of the acceptor");

    private final LinkProof proof = new LinkProof("a secret of the cluster".getBytes(StandardCharsets.UTF_8));

    private static Wire.Hello hello() {
        return Wire.Hello.newBuilder()
                .setProtocolVersion(1)
                .setNode("a")
                .setIncarnation("i1")
                .setRegion("eu")
                .setSession(5)
                .setNonce(ByteString.copyFromUtf8("nonce of the dialer"))
                .build();
    }

    private Wire.Hello proven() {
        return hello().toBuilder()
                .setProof(proof.of(LinkProof.Role.DIALER, hello(), "b", GIVEN))
                .build();
    }

    private boolean holds(Wire.Hello hello) {
        return proof.holds(LinkProof.Role.DIALER, hello, "b", GIVEN);
    }

    @Test
    void aProofHolds() {
        assertThat(holds(proven())).isTrue();
    }

    @Test
    void aProofIsForOneNodeInOneRoleOverOneNonce() {
        assertThat(proof.holds(LinkProof.Role.DIALER, proven(), "c", GIVEN)).isFalse();
        assertThat(proof.holds(LinkProof.Role.ACCEPTOR, proven(), "b", GIVEN)).isFalse();
        assertThat(proof.holds(LinkProof.Role.DIALER, proven(), "b", ByteString.copyFromUtf8("another")))
                .isFalse();
    }

    @Test
    void nothingInAHelloCanBeChanged() {
        List<Wire.Hello> changed = List.of(
                proven().toBuilder().setProtocolVersion(2).build(),
                proven().toBuilder().setNode("aa").build(),
                proven().toBuilder().setIncarnation("i2").build(),
                proven().toBuilder().setRegion("us").build(),
                proven().toBuilder().setSession(6).build(),
                proven().toBuilder().setNonce(ByteString.copyFromUtf8("other")).build(),
                // The same bytes, cut at another place.
                proven().toBuilder().setNode("ai").setIncarnation("1").build(),
                proven().toBuilder().clearProof().build());

        assertThat(changed).noneMatch(this::holds);
    }

    @Test
    void withoutTheSecretNothingIsProven() {
        LinkProof other = new LinkProof("another secret of 16+".getBytes(StandardCharsets.UTF_8));

        assertThat(other.holds(LinkProof.Role.DIALER, proven(), "b", GIVEN)).isFalse();
    }

    @Test
    void aNonceIsNeverGivenTwice() {
        assertThat(proof.nonce()).hasSize(32).isNotEqualTo(proof.nonce());
    }

    @Test
    void aShortSecretIsRefusedAndNoneIsShown() {
        assertThatThrownBy(() -> new LinkIdentity("a", () -> "i", "eu", new byte[15]))
                .hasMessage("the cluster secret must have 16 bytes or more, has 15");
        assertThat(new LinkIdentity("a", () -> "i", "eu", new byte[16])).hasToString("LinkIdentity[node=a, region=eu]");
    }

    @Test
    void anAddressIsAHostAndAPort() {
        assertThat(LinkAddress.of("node-1.example:7000")).isEqualTo(new LinkAddress("node-1.example", 7000));
        assertThat(LinkAddress.of("[::1]:7000")).isEqualTo(new LinkAddress("::1", 7000));
        for (String wrong : List.of("", "host", "host:", ":7000", "host:x", "host:-1", "host:65536", "::1:7000")) {
            assertThatThrownBy(() -> LinkAddress.of(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("an address must be host:port, was '%s'".formatted(wrong));
        }
    }
}
