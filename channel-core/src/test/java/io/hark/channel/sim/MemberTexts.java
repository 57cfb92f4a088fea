package io.hark.channel.sim;

import io.hark.presence.Member;
import io.hark.protocol.Payload;
import io.hark.protocol.PresenceMessage;
import java.util.List;
import java.util.Map;

/// How presence sets are written down to be compared.
final class MemberTexts {
    private MemberTexts() {}

    static String data(PresenceMessage event) {
        return event.data() instanceof Payload.Text(String op) ? op : "";
    }

    static List<String> members(List<Member> members) {
        return members.stream()
                .map(member -> member.key() + '=' + data(member.event()))
                .sorted()
                .toList();
    }

    /// @param view data by member key
    static List<String> texts(Map<String, String> view) {
        return view.entrySet().stream()
                .map(member -> member.getKey() + '=' + member.getValue())
                .sorted()
                .toList();
    }
}
