package io.hark.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Where clients may have the server send requests.
class OutboundTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "0.0.0.0",
                "10.1.2.3",
                "172.16.0.1",
                "192.168.1.1",
                "169.254.169.254",
                "100.64.0.1",
                "198.18.0.1",
                "224.0.0.1",
                "255.255.255.255",
                "::1",
                "::",
                "fe80::1",
                "fc00::1",
                "fd12::1",
                "ff02::1",
                "::ffff:127.0.0.1",
                "2002:7f00:1::",
                "64:ff9b::7f00:1"
            })
    void addressesOfThisMachineAndItsNetworksAreNotPublic(String address) throws UnknownHostException {
        assertThat(Outbound.isPublic(InetAddress.getByName(address))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"8.8.8.8", "93.184.215.14", "172.32.0.1", "100.128.0.1", "2606:2800:21f:cb07::1"})
    void othersAre(String address) throws UnknownHostException {
        assertThat(Outbound.isPublic(InetAddress.getByName(address))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://127.0.0.1/", "https://[::1]/", "https://localhost/", "http://8.8.8.8/"})
    void nothingIsSentThereUnlessItIsAllowed(String url) {
        try (Outbound outbound = new Outbound(false)) {
            assertThat(outbound.post(URI.create(url), Map.of(), new byte[0]))
                    .isInstanceOf(Outbound.Answer.Forbidden.class);
        }
    }
}
