package io.hark.rest;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/// What clients ask of any server, whoever they are. Credentials are not looked at: SDKs send along what they
/// have.
final class ServerRoutes {
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
                .on("GET", "is-the-internet-up.txt", call -> CompletableFuture.completedStage(new Reply.Text("yes")));
    }
}
