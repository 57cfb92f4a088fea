package io.hark.auth;

import java.util.Optional;

/// Value: what the issuer of a token vouches for about its user on channels (`ably.channel.*`) and in chat rooms
/// (`ably.room.*`); others read it as `extras.userClaim`.
public record UserClaims(ByResource<String> channels, ByResource<String> rooms) {
    public static final UserClaims NONE = new UserClaims(ByResource.none(), ByResource.none());

    private static final String ROOM_SUFFIX = "::$chat";

    /// @param channelBaseName without qualifier
    public Optional<String> on(String channelBaseName) {
        if (channelBaseName.endsWith(ROOM_SUFFIX)) {
            String room = channelBaseName.substring(0, channelBaseName.length() - ROOM_SUFFIX.length());
            return rooms.of(room).or(() -> channels.of(channelBaseName));
        }
        return channels.of(channelBaseName);
    }
}
