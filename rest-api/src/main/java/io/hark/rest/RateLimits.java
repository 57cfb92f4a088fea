package io.hark.rest;

/// Value: how much is allowed on each node, in a second unless it says otherwise; 0 for any amount.
///
/// @param connectionMessages messages that one connection publishes; beyond it 42911, beyond 20 times as many
///                           42921 and the connection ends
/// @param connectionFrames   frames that one connection sends; beyond it 42924, and the connection ends
/// @param channelMessages    messages published to one channel; beyond it 42913
/// @param channelBytes       bytes published to one channel; beyond it 42914
/// @param keyMessages        messages published with one API key and its tokens; beyond it 42910
/// @param appMessages        messages published in one app; beyond it 42917
/// @param appRequests        HTTP requests of one app; beyond it 42918
/// @param appTokenRequests   token requests of one app; beyond it 42918
/// @param appConnections     connections that one app opens; beyond it 80021
/// @param appConnectionsMax  connections that one app has at once; beyond it 40150
public record RateLimits(
        int connectionMessages,
        int connectionFrames,
        int channelMessages,
        int channelBytes,
        int keyMessages,
        int appMessages,
        int appRequests,
        int appTokenRequests,
        int appConnections,
        int appConnectionsMax) {
    public static final RateLimits NONE = new RateLimits(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /// What Ably's hosted service allows on its free plan.
    public static final RateLimits HOSTED = new RateLimits(50, 2_000, 50, 1_048_576, 0, 500, 50, 50, 42, 200);
}
