package io.hark.auth;

import java.util.List;
import java.util.Optional;

/// Value: members that are present on a channel from the start and for good, though no connection entered them.
///
/// @param members in the order in which they are to have entered
public record ChannelFixture(String name, List<Member> members) {
    public ChannelFixture {
        members = List.copyOf(members);
    }

    /// @param data     always text: without an encoding it stays a string, even when it looks like JSON
    /// @param encoding carried as it is
    public record Member(String clientId, Optional<String> data, Optional<String> encoding) {}
}
