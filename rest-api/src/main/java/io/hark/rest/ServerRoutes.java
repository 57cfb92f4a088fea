package io.hark.rest;

import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// What clients ask of any server, whoever they are. Credentials are not looked at: SDKs send along what they
/// have.
final class ServerRoutes {
    /// Browsers try comet when a WebSocket fails, as when a node restarts. Any 4xxxx here would end their
    /// connection for good; after this they try again, with a WebSocket first.
    private static final ErrorInfo NO_COMET =
            ErrorCode.OVERLOADED.info("this server offers no comet; connect by WebSocket, or try again later");

    private final RestServices services;

    ServerRoutes(RestServices services) {
        this.services = services;
    }

    void addTo(Router router) {
        router.on(
                        "GET",
                        "time",
                        call -> CompletableFuture.completedStage(
                                Reply.of(200, List.of(services.wallClock().getAsLong()))))
                .on("GET", "is-the-internet-up.txt", call -> CompletableFuture.completedStage(new Reply.Text("yes")))
                .on("GET", "comet/connect", call -> CompletableFuture.completedStage(Reply.error(NO_COMET)));
    }
}
