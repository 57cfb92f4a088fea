package io.hark.rest;

import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.push.Push;
import io.hark.push.PushRefusal;
import io.hark.push.PushStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/// Notifications for devices and clients that a publisher names (RSH1a), and what push needs beside.
final class PushPublishRoutes {
    private final RestServices services;

    PushPublishRoutes(RestServices services) {
        this.services = services;
    }

    void addTo(Router router) {
        router.on("POST", "push/publish", this::publish)
                .on("POST", "push/batch/publish", this::publishBatch)
                .on("POST", "push/admin/batch/publish", this::publishBatch)
                .on("GET", "push/publicVapidKey", this::vapidKey)
                .on("POST", "push/apnsBroadcastChannels", this::refuseBroadcast)
                .on("POST", "push/apnsBroadcastChannels/*/*", this::refuseBroadcast);
    }

    private CompletionStage<Reply> publish(Call call) throws Refusal {
        PushCaller caller = PushCaller.of(call, services);
        caller.requireAdmin();
        Map<String, Object> body = Bodies.object(call.request());
        Push.Notification notification = notification(body.get("recipient"), body);
        return PushCalls.run(services, store -> {
            for (Map<String, Object> recipient : notification.recipients()) {
                if (recipient.get("deviceId") instanceof String id
                        && store.device(caller.app(), id).isEmpty()) {
                    throw PushStore.notFound(id);
                }
            }
            services.push().publish(caller.app(), List.of(notification));
            return new Reply.Empty(204);
        });
    }

    private Push.Notification notification(Object recipients, Map<String, Object> payload) throws Refusal {
        List<Map<String, Object>> checked = new ArrayList<>();
        try {
            for (Object each :
                    recipients instanceof List<?> several ? several : Collections.singletonList(recipients)) {
                checked.add(Push.recipient(each));
            }
            if (checked.isEmpty() || checked.size() > Push.BATCH_MAX) {
                throw new Refusal(
                        ErrorCode.INVALID_PUSH_RECIPIENT,
                        "a notification is for 1 to %d recipients, was for %d"
                                .formatted(Push.BATCH_MAX, checked.size()));
            }
            return new Push.Notification(checked, services.push().payload(payload));
        } catch (PushRefusal refusal) {
            throw new Refusal(refusal.error());
        }
    }

    /// Each item stands for itself: what is wrong with one keeps no other from being pushed.
    private CompletionStage<Reply> publishBatch(Call call) throws Refusal {
        PushCaller caller = PushCaller.of(call, services);
        caller.requireAdmin();
        if (!(Bodies.value(call.request()) instanceof List<?> specs)) {
            throw new Refusal(ErrorCode.INVALID_BODY, "the body must be an array of {recipient, payload}");
        }
        List<Push.Notification> notifications = new ArrayList<>();
        List<Optional<ErrorInfo>> problems = new ArrayList<>();
        int count = 0;
        for (Object spec : specs) {
            Map<String, Object> item = Bodies.asObject(spec, "an item of the batch");
            count += item.get("recipient") instanceof List<?> several ? several.size() : 1;
            if (count > Push.BATCH_MAX) {
                throw new Refusal(
                        ErrorCode.BAD_REQUEST,
                        "more than %d notifications in one batch; split it".formatted(Push.BATCH_MAX));
            }
            try {
                notifications.add(notification(item.get("recipient"), Bodies.asObject(item.get("payload"), "payload")));
                problems.add(Optional.empty());
            } catch (Refusal refusal) {
                problems.add(Optional.of(refusal.error()));
            }
        }
        return PushCalls.run(services, store -> {
            if (!notifications.isEmpty()) {
                services.push().publish(caller.app(), notifications);
            }
            BatchResult result = new BatchResult(
                    problems.stream().map(PushPublishRoutes::item).toList());
            return call.isOfVersion3() ? Reply.of(201, result::encode) : result.legacyReply(201);
        });
    }

    private static BatchResult.Item item(Optional<ErrorInfo> problem) {
        Map<String, Object> tree = new LinkedHashMap<>();
        problem.ifPresent(error -> tree.put("error", Errors.tree(error)));
        return new BatchResult.Item(problem.isEmpty(), codec -> tree);
    }

    private CompletionStage<Reply> vapidKey(Call call) throws Refusal {
        PushCaller caller = PushCaller.of(call, services);
        if (!caller.isAdmin() && !caller.maySubscribe()) {
            throw PushCaller.refusal();
        }
        return PushCalls.run(
                services, store -> new Reply.Text(store.vapidKeys(caller.app()).publicText()));
    }

    private CompletionStage<Reply> refuseBroadcast(Call call) throws Refusal {
        PushCaller.of(call, services).requireAdmin();
        throw new Refusal(ErrorCode.PUSH_NOT_CONFIGURED, "broadcast channels of APNs are not offered");
    }
}
