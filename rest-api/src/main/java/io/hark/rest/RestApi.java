package io.hark.rest;

import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Handle: answers REST requests. Any thread; it waits for nothing, so it may be called on an event loop.
public final class RestApi {
    private static final Logger LOG = LoggerFactory.getLogger(RestApi.class);

    private final Router router;
    private final RestServices services;
    private final Publishing publishing;
    private final RequestCounts counts;

    public RestApi(RestServices services) {
        this.services = services;
        this.router = new Router();
        this.publishing = new Publishing(services);
        this.counts = new RequestCounts(services);
        new ServerRoutes(services).addTo(router);
        new MessageRoutes(services, publishing).addTo(router);
        new OneMessageRoutes(services, publishing).addTo(router);
        new ChatRoutes(services, publishing).addTo(router);
        new ChatReactionRoutes(services, publishing).addTo(router);
        new PresenceRoutes(services).addTo(router);
        new ObjectRoutes(services, publishing).addTo(router);
        new ChannelRoutes(services).addTo(router);
        new BatchRoutes(services, publishing).addTo(router);
        new TokenRoutes(services).addTo(router);
        new RevocationRoute(services).addTo(router);
        new StatsRoutes(services).addTo(router);
        new PushDeviceRoutes(services).addTo(router);
        new PushSubscriptionRoutes(services).addTo(router);
        new PushPublishRoutes(services).addTo(router);
        services.appAdmin().ifPresent(admin -> new AppRoutes(services, admin).addTo(router));
    }

    /// Answers every request: what goes wrong becomes a response with an error. The stage never fails;
    /// it completes on any thread, those of channels' owners and of the history store among them, so
    /// what follows it should be short.
    public CompletionStage<RestResponse> handle(RestRequest request) {
        try {
            if (request.method().equals("OPTIONS")) {
                router.requirePath(request.rawPath());
                return CompletableFuture.completedStage(Responses.preflight(request));
            }
            return replied(request).thenApply(reply -> {
                counts.count(request, reply);
                return Responses.render(request, reply);
            });
        } catch (Refusal refusal) {
            return CompletableFuture.completedStage(Responses.error(request, refusal.error()));
        } catch (RuntimeException e) {
            return CompletableFuture.completedStage(Responses.render(request, internal(request, e)));
        }
    }

    private CompletionStage<Reply> replied(RestRequest request) {
        try {
            return router.answer(request, services.wallClock().getAsLong())
                    .exceptionally(failure -> internal(request, failure));
        } catch (Refusal refusal) {
            return CompletableFuture.completedStage(Reply.error(refusal.error()));
        } catch (RuntimeException e) {
            return CompletableFuture.completedStage(internal(request, e));
        }
    }

    /// The answer to a request that this node refuses before it looks at it.
    public RestResponse refuse(RestRequest request, ErrorInfo error) {
        return Responses.error(request, error);
    }

    /// An answer that something else gives than a route here, with the headers that every answer carries.
    ///
    /// @param mediaType empty exactly when there is no body
    public RestResponse answer(RestRequest request, int status, Optional<String> mediaType, byte[] body) {
        return new RestResponse(status, mediaType, body, Responses.common(request));
    }

    /// The answer to a browser that asks whether it may send a request to something else than a route here.
    public RestResponse preflight(RestRequest request) {
        return Responses.preflight(request);
    }

    /// Answers the publishes that wait: nobody here can learn soon what becomes of them (504, 50003). Called
    /// while the node is cut off from its region.
    public void giveUpPublishes() {
        publishing.giveUp();
    }

    private static Reply internal(RestRequest request, Throwable failure) {
        LOG.error("{} failed, code {}", request, ErrorCode.INTERNAL.code(), failure);
        return Reply.error(ErrorCode.INTERNAL.info());
    }
}
