package io.hark.rest;

import io.hark.protocol.ChannelName;
import io.hark.protocol.ErrorCode;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Value: a request that has found its route.
///
/// @param path      the decoded segments that the route leaves open
/// @param nowMillis when it came in
record Call(RestRequest request, List<String> path, long nowMillis) {
    private static final int NEW_SHAPES_SINCE = 3;

    private static final Pattern VERSION = Pattern.compile("\\s*([0-9]{1,6})(\\.[0-9]*)?\\s*");

    /// Whether the client speaks version 3 or later, in which batch answers are objects. Versions are
    /// integers, once were decimals, and users of the SDKs' generic requests send any; without one, or
    /// with one that is none, the client is of the old days.
    boolean isOfVersion3() {
        return request.header("x-ably-version")
                .or(() -> request.param("v"))
                .map(VERSION::matcher)
                .filter(Matcher::matches)
                .map(version -> Integer.parseInt(version.group(1)) >= NEW_SHAPES_SINCE)
                .orElse(false);
    }

    Optional<String> param(String name) {
        return request.param(name);
    }

    /// The channel that the path names first.
    ///
    /// @throws Refusal 40010 when it is none, or one that only exists for those attached to it
    ChannelName channel() throws Refusal {
        return channelNamed(path.getFirst());
    }

    static ChannelName channelNamed(String name) throws Refusal {
        return switch (ChannelName.parse(name)) {
            case ChannelName.Parsed.Valid(var channel)
            when isFiltered(channel) ->
                throw new Refusal(
                        ErrorCode.INVALID_CHANNEL_NAME, "a filtered channel can be subscribed to, and nothing else");
            case ChannelName.Parsed.Valid(var channel) -> channel;
            case ChannelName.Parsed.Invalid(var error) -> throw new Refusal(error);
        };
    }

    private static boolean isFiltered(ChannelName channel) {
        return channel.qualifier().isPresent() && channel.qualifier().get() instanceof ChannelName.Qualifier.Filter;
    }
}
