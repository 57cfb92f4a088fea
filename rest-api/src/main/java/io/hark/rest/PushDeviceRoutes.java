package io.hark.rest;

import io.hark.protocol.ErrorCode;
import io.hark.push.Device;
import io.hark.push.PushRefusal;
import io.hark.push.PushStore;
import io.hark.push.PushStore.DeviceFilter;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/// Devices that are pushed to (RSH1b, RSH2, RSH3): `/push/deviceRegistrations`.
final class PushDeviceRoutes {
    private static final String DEVICES = "push/deviceRegistrations";
    private static final String DEVICE = "push/deviceRegistrations/*";

    private final RestServices services;

    PushDeviceRoutes(RestServices services) {
        this.services = services;
    }

    void addTo(Router router) {
        router.on("POST", DEVICES, this::register)
                .on("GET", DEVICES, this::list)
                .on("DELETE", DEVICES, this::removeWhere)
                .on("PUT", DEVICE, call -> change(call, true))
                .on("PATCH", DEVICE, call -> change(call, false))
                .on("GET", DEVICE, this::get)
                .on("DELETE", DEVICE, this::remove)
                .on("POST", "push/deviceRegistrations/*/resetUpdateToken", this::resetToken);
    }

    private CompletionStage<Reply> register(Call call) throws Refusal {
        PushCaller caller = PushCaller.of(call, services);
        if (!caller.isAdmin() && !caller.maySubscribe()) {
            throw PushCaller.refusal();
        }
        DeviceBody body = body(call, caller, true);
        String id = body.id().orElseThrow(() -> new Refusal(ErrorCode.BAD_REQUEST, "id of a device is missing"));
        if (body.secret().isEmpty()) {
            throw new Refusal(ErrorCode.BAD_REQUEST, "deviceSecret is missing: a device that registers itself has one");
        }
        Device fresh = body.toDevice(id);
        return PushCalls.run(services, store -> {
            Device device = store.update(caller.app(), id, before -> {
                if (before.isEmpty()) {
                    return fresh;
                }
                boolean itself = caller.is(before.get()) || PushCaller.knows(before.get(), body.secret());
                if (!caller.isAdmin() && !itself) {
                    throw new PushRefusal(ErrorCode.UNAUTHORIZED.info(
                            "device %s is registered with another deviceSecret".formatted(id)));
                }
                return fresh.withTokensOf(before.get());
            });
            return Reply.of(201, withToken(device, caller, call.nowMillis()));
        });
    }

    private Map<String, Object> withToken(Device device, PushCaller caller, long nowMillis) {
        Map<String, Object> tree = device.toTree();
        Map<String, Object> token = caller.identify(device, services, Instant.ofEpochMilli(nowMillis))
                .toTree();
        token.put("deviceId", device.id());
        tree.put("deviceIdentityToken", token);
        return tree;
    }

    /// @param fills whether the caller's own clientId is the device's, be it said or not
    private static DeviceBody body(Call call, PushCaller caller, boolean fills) throws Refusal {
        DeviceBody body = DeviceBody.of(Bodies.object(call.request()));
        if (caller.isAdmin() || !fills) {
            return body;
        }
        return body.withClientId(Refusal.orThrow(caller.caller().identity().checkClientId(body.clientId())));
    }

    private CompletionStage<Reply> change(Call call, boolean whole) throws Refusal {
        PushCaller caller = PushCaller.of(call, services);
        String id = deviceId(call);
        DeviceBody body = body(call, caller, whole);
        Optional<Device> fresh =
                whole && caller.isAdmin() ? Optional.of(body.onlyIf(id).toDevice(id)) : Optional.empty();
        return PushCalls.run(services, store -> {
            Device device = store.update(caller.app(), id, before -> {
                if (before.isEmpty()) {
                    return fresh.orElseThrow(() -> PushStore.notFound(id));
                }
                requireItself(caller, before.get());
                return changed(caller, body, before.get(), whole);
            });
            return Reply.of(200, device.toTree());
        });
    }

    private static Device changed(PushCaller caller, DeviceBody body, Device before, boolean whole) throws PushRefusal {
        try {
            Device after = body.onto(before, whole);
            if (!caller.isAdmin() && !whole) {
                if (!after.clientId().equals(before.clientId())) {
                    throw DeviceBody.notPermitted("clientId");
                }
                if (!after.metadata().equals(before.metadata())) {
                    throw DeviceBody.notPermitted("metadata");
                }
            }
            return after;
        } catch (Refusal refusal) {
            throw new PushRefusal(refusal.error());
        }
    }

    private static void requireItself(PushCaller caller, Device device) throws PushRefusal {
        if (!caller.isAdmin() && !caller.is(device)) {
            throw new PushRefusal(PushCaller.refusal().error());
        }
    }

    private static String deviceId(Call call) throws Refusal {
        return DeviceBody.text(Map.of("id", call.path().getFirst()), "id").orElseThrow();
    }

    private CompletionStage<Reply> get(Call call) throws Refusal {
        PushCaller caller = PushCaller.of(call, services);
        String id = deviceId(call);
        return PushCalls.run(services, store -> {
            if (!caller.isAdmin() && !caller.names(id) && caller.secret().isEmpty()) {
                throw PushCaller.refusal();
            }
            Device device = store.device(caller.app(), id).orElseThrow(() -> PushStore.notFound(id));
            requireItself(caller, device);
            Map<String, Object> tree = device.toTree();
            if (caller.isAdmin()) {
                device.secret().ifPresent(secret -> tree.put("deviceSecret", secret));
            }
            return Reply.of(200, tree);
        });
    }

    private CompletionStage<Reply> list(Call call) throws Refusal {
        PushCaller caller = PushCaller.of(call, services);
        DeviceFilter filter =
                new DeviceFilter(PushCalls.filter(call, "deviceId"), PushCalls.filter(call, "clientId"), state(call));
        int limit = Pages.limit(call.request());
        Optional<String> cursor = Pages.cursor(call.request());
        if (!caller.isAdmin() && filter.deviceId().isEmpty()) {
            throw PushCaller.refusal();
        }
        Map<String, String> links = new LinkedHashMap<>();
        links.put("limit", Integer.toString(limit));
        links.put("deviceId", filter.deviceId().orElse(""));
        links.put("clientId", filter.clientId().orElse(""));
        links.put("state", filter.state().map(Enum::name).orElse(""));
        return PushCalls.run(services, store -> {
            if (!caller.isAdmin()) {
                // One that is not there is as little its own as another's.
                Optional<Device> own =
                        store.device(caller.app(), filter.deviceId().orElseThrow());
                requireItself(caller, own.orElseThrow(PushCaller::unknown));
            }
            return PushCalls.page(
                    call,
                    "deviceRegistrations",
                    links,
                    store.devices(caller.app(), filter, cursor, limit),
                    Device::toTree);
        });
    }

    private static Optional<Device.State> state(Call call) throws Refusal {
        Optional<String> text = call.param("state").filter(word -> !word.isEmpty());
        Optional<Device.State> state = Arrays.stream(Device.State.values())
                .filter(each -> each.name().equals(text.orElse("").toUpperCase(Locale.ROOT)))
                .findFirst();
        if (text.isPresent() && state.isEmpty()) {
            throw new Refusal(
                    ErrorCode.INVALID_PARAMETER_VALUE,
                    "state must be ACTIVE, FAILING or FAILED, was '%s'".formatted(text.get()));
        }
        return state;
    }

    private CompletionStage<Reply> remove(Call call) throws Refusal {
        PushCaller caller = PushCaller.of(call, services);
        return remove(caller, deviceId(call));
    }

    private CompletionStage<Reply> remove(PushCaller caller, String id) {
        return PushCalls.run(services, store -> {
            Optional<Device> device = store.device(caller.app(), id);
            if (device.isPresent()) {
                requireItself(caller, device.get());
            } else if (!caller.isAdmin() && !caller.names(id)) {
                throw PushCaller.refusal();
            }
            // Also when it is gone: what is left of an earlier attempt goes, too.
            store.remove(caller.app(), id);
            return new Reply.Empty(204);
        });
    }

    private CompletionStage<Reply> removeWhere(Call call) throws Refusal {
        PushCaller caller = PushCaller.of(call, services);
        Optional<String> deviceId = PushCalls.filter(call, "deviceId");
        Optional<String> clientId = PushCalls.filter(call, "clientId");
        if (deviceId.isPresent() == clientId.isPresent()) {
            throw new Refusal(
                    ErrorCode.BAD_REQUEST, "devices are removed by deviceId or by clientId: exactly one must be given");
        }
        if (deviceId.isPresent()) {
            return remove(caller, deviceId.get());
        }
        if (!caller.isAdmin() && !caller.isClient(clientId.get())) {
            throw PushCaller.refusal();
        }
        return PushCalls.run(services, store -> {
            store.removeDevicesOf(caller.app(), clientId.get());
            return new Reply.Empty(204);
        });
    }

    private CompletionStage<Reply> resetToken(Call call) throws Refusal {
        PushCaller caller = PushCaller.of(call, services);
        String id = deviceId(call);
        return PushCalls.run(services, store -> {
            Device device = store.update(caller.app(), id, before -> {
                Device now = before.orElseThrow(() -> PushStore.notFound(id));
                requireItself(caller, now);
                return now.withTokensFrom(call.nowMillis());
            });
            return Reply.of(200, withToken(device, caller, call.nowMillis()));
        });
    }
}
