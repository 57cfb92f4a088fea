package io.hark.rest;

import io.hark.protocol.ChannelName;
import io.hark.protocol.ErrorCode;
import io.hark.push.Device;
import io.hark.push.PushRefusal;
import io.hark.push.PushStore;
import io.hark.push.PushStore.SubscriptionFilter;
import io.hark.push.Subscription;
import io.hark.push.Subscription.Subject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/// What devices and clients are pushed of channels (RSH1c, RSH4, RSH5, RSH7):
/// `/push/channelSubscriptions`.
final class PushSubscriptionRoutes {
    private static final String SUBSCRIPTIONS = "push/channelSubscriptions";

    private final RestServices services;

    PushSubscriptionRoutes(RestServices services) {
        this.services = services;
    }

    void addTo(Router router) {
        router.on("POST", SUBSCRIPTIONS, this::subscribe)
                .on("GET", SUBSCRIPTIONS, this::list)
                .on("DELETE", SUBSCRIPTIONS, this::unsubscribe)
                .on("GET", "push/channels", this::channels);
    }

    private static Subject subject(Optional<String> deviceId, Optional<String> clientId) throws Refusal {
        if (deviceId.isPresent() == clientId.isPresent()) {
            throw new Refusal(
                    ErrorCode.BAD_REQUEST,
                    "a subscription is of a deviceId or of a clientId: exactly one must be given");
        }
        return deviceId.isPresent() ? new Subject.OfDevice(deviceId.get()) : new Subject.OfClient(clientId.get());
    }

    private CompletionStage<Reply> subscribe(Call call) throws Refusal {
        PushCaller caller = PushCaller.of(call, services);
        Map<String, Object> body = Bodies.object(call.request());
        String named = body.get("channel") instanceof String text ? text : "";
        ChannelName channel = Call.channelNamed(named);
        Subject subject = subject(DeviceBody.text(body, "deviceId"), DeviceBody.text(body, "clientId"));
        if (ChannelAccess.isMeta(channel) || channel.base().indexOf('\0') >= 0) {
            throw new Refusal(ErrorCode.INVALID_CHANNEL_NAME, "nothing of channel '%s' is pushed".formatted(named));
        }
        if (!caller.isAdminOf(channel) && !caller.maySubscribeTo(channel)) {
            throw PushCaller.refusal();
        }
        if (!caller.caller().app().namespaceOf(channel.base()).pushEnabled()) {
            throw new Refusal(
                    ErrorCode.UNAUTHORIZED,
                    "push is not enabled for channel %s: its namespace needs pushEnabled".formatted(named));
        }
        Subscription subscription = new Subscription(channel.base(), subject);
        return PushCalls.run(services, store -> {
            if (!caller.isAdminOf(channel)) {
                requireOwn(caller, subject, store);
            }
            store.subscribe(caller.app(), subscription);
            return Reply.of(201, subscription.toTree());
        });
    }

    private static void requireOwn(PushCaller caller, Subject subject, PushStore store) throws PushRefusal, Refusal {
        boolean own = switch (subject) {
            case Subject.OfClient(var clientId) -> caller.isClient(clientId);
            case Subject.OfDevice(var deviceId) -> {
                Device device = store.device(caller.app(), deviceId).orElseThrow(() -> PushStore.notFound(deviceId));
                yield caller.is(device);
            }
        };
        if (!own) {
            throw PushCaller.refusal();
        }
    }

    private CompletionStage<Reply> list(Call call) throws Refusal {
        PushCaller caller = PushCaller.of(call, services);
        Optional<String> channel = PushCalls.filter(call, "channel");
        Optional<String> deviceId = PushCalls.filter(call, "deviceId");
        Optional<String> clientId = PushCalls.filter(call, "clientId");
        boolean either = call.param("concatFilters").filter("true"::equals).isPresent();
        if (deviceId.isPresent() && clientId.isPresent() && !either) {
            throw new Refusal(
                    ErrorCode.BAD_REQUEST, "deviceId together with clientId needs concatFilters=true: either of them");
        }
        List<Subject> subjects = new ArrayList<>();
        deviceId.ifPresent(id -> subjects.add(new Subject.OfDevice(id)));
        clientId.ifPresent(id -> subjects.add(new Subject.OfClient(id)));
        int limit = Pages.limit(call.request());
        Optional<String> cursor = Pages.cursor(call.request());
        Map<String, String> links = new LinkedHashMap<>();
        links.put("limit", Integer.toString(limit));
        links.put("channel", channel.orElse(""));
        links.put("deviceId", deviceId.orElse(""));
        links.put("clientId", clientId.orElse(""));
        links.put("concatFilters", either ? "true" : "");
        return PushCalls.run(services, store -> {
            requireAdminOrOwn(caller, subjects, store);
            return PushCalls.page(
                    call,
                    "channelSubscriptions",
                    links,
                    store.subscriptions(caller.app(), new SubscriptionFilter(channel, subjects), cursor, limit),
                    Subscription::toTree);
        });
    }

    private static void requireAdminOrOwn(PushCaller caller, List<Subject> subjects, PushStore store)
            throws PushRefusal, Refusal {
        if (caller.isAdmin()) {
            return;
        }
        boolean may = caller.maySubscribe() || caller.token().isPresent();
        if (!may || subjects.isEmpty()) {
            throw PushCaller.refusal();
        }
        for (Subject subject : subjects) {
            requireOwn(caller, subject, store);
        }
    }

    private CompletionStage<Reply> unsubscribe(Call call) throws Refusal {
        PushCaller caller = PushCaller.of(call, services);
        Optional<String> channel = PushCalls.filter(call, "channel");
        Subject subject = subject(PushCalls.filter(call, "deviceId"), PushCalls.filter(call, "clientId"));
        Optional<String> base = channel.isEmpty()
                ? Optional.empty()
                : Optional.of(Call.channelNamed(channel.get()).base());
        return PushCalls.run(services, store -> {
            boolean gone = subject instanceof Subject.OfDevice(var deviceId)
                    && caller.names(deviceId)
                    && store.device(caller.app(), deviceId).isEmpty();
            if (!gone) {
                requireAdminOrOwn(caller, List.of(subject), store);
            }
            store.unsubscribe(caller.app(), subject, base);
            return new Reply.Empty(204);
        });
    }

    private CompletionStage<Reply> channels(Call call) throws Refusal {
        PushCaller caller = PushCaller.of(call, services);
        caller.requireAdmin();
        int limit = Pages.limit(call.request());
        Optional<String> cursor = Pages.cursor(call.request());
        return PushCalls.run(
                services,
                store -> PushCalls.page(
                        call,
                        "channels",
                        Map.of("limit", Integer.toString(limit)),
                        store.channels(caller.app(), cursor, limit),
                        name -> name));
    }
}
