package io.hark.cluster.membership;

import java.util.List;
import java.util.stream.Collectors;

/// The stack of JGroups: TCP without multicast, bound to one address. What it says about times and buffers
/// was measured with version 5.4.11; 5.5.7 took up to 40 s to notice a host that was cut off.
final class JGroupsStack {
    private JGroupsStack() {}

    /// @param address the resolved address of the node
    static String xml(MembershipConfig config, String address) {
        MembershipConfig.Timeouts timeouts = config.timeouts();
        return """
            <config xmlns="urn:org:jgroups">
              <TCP bind_addr="%1$s" bind_port="%2$d" port_range="0" bundler_type="per-destination"
                   sock_conn_timeout="300" tcp_nodelay="true" linger="0" diag.enabled="false"/>
              %3$s
              <MERGE3 min_interval="%4$d" max_interval="%5$d"/>
              <FD_SOCK2 bind_addr="%1$s" offset="%6$d" port_range="0"/>
              <FD_ALL3 timeout="%7$d" interval="%8$d"/>
              <VERIFY_SUSPECT2 timeout="%9$d"/>
              <pbcast.NAKACK2 use_mcast_xmit="false"/>
              <UNICAST3/>
              <pbcast.STABLE/>
              <pbcast.GMS join_timeout="2000" print_local_addr="false"/>
              <UFC/>
              <MFC/>
              <FRAG4/>
            </config>
            """.formatted(
                        escaped(address),
                        config.port(),
                        discovery(config.discovery()),
                        timeouts.mergeMin().toMillis(),
                        timeouts.mergeMax().toMillis(),
                        MembershipConfig.DETECTION_PORTS_ABOVE,
                        timeouts.suspectAfter().toMillis(),
                        timeouts.heartbeat().toMillis(),
                        timeouts.verify().toMillis());
    }

    private static String discovery(Discovery discovery) {
        return switch (discovery) {
            case Discovery.Hosts(List<String> hosts) ->
                "<TCPPING initial_hosts=\"%s\" port_range=\"0\"/>"
                        .formatted(hosts.stream().map(JGroupsStack::bracketed).collect(Collectors.joining(",")));
            case Discovery.Dns(String name) ->
                "<dns.DNS_PING dns_query=\"%s\" dns_record_type=\"A\"/>".formatted(escaped(name));
            case Discovery.SharedFolder(var folder) ->
                "<FILE_PING location=\"%s\" remove_all_data_on_view_change=\"true\"/>"
                        .formatted(escaped(folder.toAbsolutePath().toString()));
        };
    }

    /// `host:port` as JGroups writes it, `host[port]`.
    private static String bracketed(String host) {
        int colon = host.lastIndexOf(':');
        return escaped("%s[%s]".formatted(host.substring(0, colon), host.substring(colon + 1)));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
    }
}
