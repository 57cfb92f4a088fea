package io.hark.push;

import io.hark.channel.ChannelId;
import io.hark.channel.RowEdit;
import io.hark.channel.RowsPage;
import io.hark.channel.RowsRead;
import io.hark.channel.RowsRead.Range;
import io.hark.channel.RowsResult;
import io.hark.channel.RowsRouter;
import io.hark.channel.StateRow;
import io.hark.channel.StateValue;
import io.hark.protocol.ErrorCode;
import io.hark.push.Listing.Leg;
import io.hark.push.Subscription.Subject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Blocking: the devices and subscriptions of apps. What a call has changed, every later call sees, on
/// whatever node. For virtual threads.
public final class PushStore {
    /// Times that a change is tried again because somebody else was faster.
    private static final int ATTEMPTS_MAX = 20;

    private final PushRows rows;
    private final PushLimits limits;

    public PushStore(RowsRouter router, PushLimits limits) {
        this.rows = new PushRows(router);
        this.limits = limits;
    }

    PushRows rows() {
        return rows;
    }

    /// What becomes of a device that is there, or is not.
    public interface Change {
        Device apply(Optional<Device> before) throws PushRefusal;
    }

    /// Value: which devices are listed.
    public record DeviceFilter(Optional<String> deviceId, Optional<String> clientId, Optional<Device.State> state) {}

    /// Value: which subscriptions are listed: those to the channel, if any, of any of the subjects, if
    /// there are.
    public record SubscriptionFilter(Optional<String> channel, List<Subject> subjects) {}

    // ---- devices

    public Optional<Device> device(String app, String id) throws PushRefusal {
        return rows.one(RowKeys.shardOf(app, id), RowKeys.device(id)).map(value -> Device.decode(value.bytes()));
    }

    /// Those of the devices that are there, by id.
    Map<String, Device> devices(String app, Collection<String> ids) throws PushRefusal {
        Map<ChannelId, List<String>> byShard = new LinkedHashMap<>();
        ids.forEach(id -> byShard.computeIfAbsent(RowKeys.shardOf(app, id), shard -> new ArrayList<>())
                .add(id));
        Map<String, Device> devices = new HashMap<>();
        for (Map.Entry<ChannelId, List<String>> shard : byShard.entrySet()) {
            for (Device device : devicesIn(shard.getKey(), shard.getValue())) {
                devices.put(device.id(), device);
            }
        }
        return devices;
    }

    private List<Device> devicesIn(ChannelId shard, List<String> ids) throws PushRefusal {
        List<Device> devices = new ArrayList<>();
        for (int from = 0; from < ids.size(); from += RowsRead.RANGES_MAX) {
            List<Range> ranges = ids.subList(from, Math.min(ids.size(), from + RowsRead.RANGES_MAX)).stream()
                    .map(id -> Range.of(RowKeys.device(id)))
                    .toList();
            RowsPage page = rows.page(shard, ranges, ranges.size());
            page.rows().forEach(row -> devices.add(Device.decode(row.value().bytes())));
        }
        return devices;
    }

    /// The devices of a client.
    List<Device> devicesOf(String app, String clientId) throws PushRefusal {
        List<Device> devices = new ArrayList<>();
        for (int number = 0; number < RowKeys.SHARDS; number++) {
            ChannelId shard = RowKeys.shard(app, number);
            List<String> ids = rows.keys(shard, RowKeys.devicesOfClient(clientId), PushRows.PAGE).stream()
                    .map(RowKeys::lastName)
                    .toList();
            devices.addAll(devicesIn(shard, ids));
        }
        return devices;
    }

    /// Changes the device, or makes it.
    ///
    /// @param change called again when somebody else was faster
    public Device update(String app, String id, Change change) throws PushRefusal {
        ChannelId shard = RowKeys.shardOf(app, id);
        String key = RowKeys.device(id);
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            Optional<StateValue> row = rows.one(shard, key);
            Optional<Device> before = row.map(value -> Device.decode(value.bytes()));
            Device after = change.apply(before);
            if (before.equals(Optional.of(after))) {
                return after;
            }
            List<RowEdit> edits = new ArrayList<>();
            edits.add(new RowEdit.Put(
                    key, row.map(PushRows::holds).orElse(PushRows.ABSENT), new StateValue(after.encode())));
            if (before.isEmpty()) {
                edits.add(new RowEdit.Count(RowKeys.DEVICES, 1, perShard(limits.devicesMax())));
            }
            Optional<String> left = before.flatMap(Device::clientId);
            if (!left.equals(after.clientId())) {
                left.ifPresent(clientId -> leave(clientId, id, edits));
                after.clientId().ifPresent(clientId -> join(clientId, id, edits));
            }
            if (isDone(rows.change(shard, edits))) {
                return after;
            }
        }
        throw contended();
    }

    private void join(String clientId, String id, List<RowEdit> edits) {
        edits.add(new RowEdit.Put(RowKeys.deviceOfClient(clientId, id), PushRows.ANY, PushRows.NOTHING));
        edits.add(new RowEdit.Count(RowKeys.clientCount(clientId), 1, limits.devicesPerClientMax()));
    }

    private static void leave(String clientId, String id, List<RowEdit> edits) {
        edits.add(new RowEdit.Remove(RowKeys.deviceOfClient(clientId, id), PushRows.ANY));
        edits.add(new RowEdit.Count(RowKeys.clientCount(clientId), -1, 0));
    }

    /// Removes the device, if it is there, and its subscriptions.
    public void remove(String app, String id) throws PushRefusal {
        removeDevice(app, id);
        unsubscribe(app, new Subject.OfDevice(id), Optional.empty());
    }

    private void removeDevice(String app, String id) throws PushRefusal {
        ChannelId shard = RowKeys.shardOf(app, id);
        String key = RowKeys.device(id);
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            Optional<StateValue> row = rows.one(shard, key);
            if (row.isEmpty()) {
                return;
            }
            List<RowEdit> edits = new ArrayList<>();
            edits.add(new RowEdit.Remove(key, PushRows.holds(row.get())));
            edits.add(new RowEdit.Count(RowKeys.DEVICES, -1, 0));
            Device.decode(row.get().bytes()).clientId().ifPresent(clientId -> leave(clientId, id, edits));
            if (isDone(rows.change(shard, edits))) {
                return;
            }
        }
        throw contended();
    }

    /// Removes the client's devices.
    public void removeDevicesOf(String app, String clientId) throws PushRefusal {
        for (Device device : devicesOf(app, clientId)) {
            remove(app, device.id());
        }
    }

    public Listing.Page<Device> devices(String app, DeviceFilter filter, Optional<String> cursor, int limit)
            throws PushRefusal {
        if (filter.deviceId().isPresent()) {
            String id = filter.deviceId().get();
            Leg leg = new Leg(RowKeys.shardOf(app, id), Range.of(RowKeys.device(id)));
            return listDevices(List.of(leg), filter, cursor, limit);
        }
        return filter.clientId().isPresent()
                ? new Listing(
                                rows,
                                everywhere(
                                        app,
                                        RowKeys.devicesOfClient(
                                                filter.clientId().get())))
                        .page(cursor, limit, (shard, found) -> named(shard, found, filter))
                : listDevices(everywhere(app, RowKeys.allDevices()), filter, cursor, limit);
    }

    private Listing.Page<Device> listDevices(List<Leg> legs, DeviceFilter filter, Optional<String> cursor, int limit)
            throws PushRefusal {
        return new Listing(rows, legs)
                .page(
                        cursor,
                        limit,
                        (shard, found) -> found.stream()
                                .map(row -> Optional.of(
                                                Device.decode(row.value().bytes()))
                                        .filter(device -> matches(device, filter)))
                                .toList());
    }

    private List<Optional<Device>> named(ChannelId shard, List<StateRow> index, DeviceFilter filter)
            throws PushRefusal {
        List<String> ids =
                index.stream().map(row -> RowKeys.lastName(row.key())).toList();
        Map<String, Device> devices = new HashMap<>();
        devicesIn(shard, ids).forEach(device -> devices.put(device.id(), device));
        return ids.stream()
                .map(id -> Optional.ofNullable(devices.get(id)).filter(device -> matches(device, filter)))
                .toList();
    }

    private static boolean matches(Device device, DeviceFilter filter) {
        return (filter.clientId().isEmpty() || filter.clientId().equals(device.clientId()))
                && (filter.state().isEmpty() || filter.state().get() == device.state());
    }

    private static List<Leg> everywhere(String app, Range range) {
        return IntStream.range(0, RowKeys.SHARDS)
                .mapToObj(number -> new Leg(RowKeys.shard(app, number), range))
                .toList();
    }

    // ---- subscriptions

    /// Makes the subscription, unless it is there.
    ///
    /// @throws PushRefusal 40400 for a device that is not registered
    public void subscribe(String app, Subscription subscription) throws PushRefusal {
        requireDevice(app, subscription.subject());
        rowsOf(app, subscription, 1);
        try {
            requireDevice(app, subscription.subject());
        } catch (PushRefusal gone) {
            // It was removed meanwhile, and its subscriptions before this one was made.
            unsubscribe(app, subscription.subject(), Optional.of(subscription.channel()));
            throw gone;
        }
    }

    private void requireDevice(String app, Subject subject) throws PushRefusal {
        if (subject instanceof Subject.OfDevice(var deviceId)
                && device(app, deviceId).isEmpty()) {
            throw notFound(deviceId);
        }
    }

    /// There is no such device.
    public static PushRefusal notFound(String deviceId) {
        return new PushRefusal(ErrorCode.NOT_FOUND, "device %s not found".formatted(deviceId));
    }

    /// @param by 1 to make it, -1 to remove it; a subscription that is as it is to be is left alone
    private void rowsOf(String app, Subscription subscription, int by) throws PushRefusal {
        String key = RowKeys.subscription(subscription);
        String index = RowKeys.subscriptionOf(subscription);
        List<RowEdit> edits = new ArrayList<>();
        if (by > 0) {
            edits.add(new RowEdit.Put(key, PushRows.ABSENT, PushRows.NOTHING));
            edits.add(new RowEdit.Put(index, PushRows.ANY, PushRows.NOTHING));
        } else {
            edits.add(new RowEdit.Remove(key, PushRows.holds(PushRows.NOTHING)));
            edits.add(new RowEdit.Remove(index, PushRows.ANY));
        }
        edits.add(new RowEdit.Count(
                RowKeys.channelCount(subscription.channel()), by, limits.subscriptionsPerChannelMax()));
        edits.add(new RowEdit.Count(RowKeys.SUBSCRIPTIONS, by, perShard(limits.subscriptionsMax())));
        isDone(rows.change(RowKeys.shardOf(app, subscription.channel()), edits));
    }

    /// Removes subscriptions of a device or client, to one channel or to all.
    public void unsubscribe(String app, Subject subject, Optional<String> channel) throws PushRefusal {
        if (channel.isPresent()) {
            rowsOf(app, new Subscription(channel.get(), subject), -1);
            return;
        }
        for (Leg leg : everywhere(app, RowKeys.subscriptionsOf(subject))) {
            RowsPage page = rows.page(leg.shard(), List.of(leg.range()), PushRows.PAGE);
            while (!page.rows().isEmpty()) {
                for (StateRow row : page.rows()) {
                    rowsOf(app, RowKeys.subscriptionOfAt(row.key()), -1);
                }
                page = rows.page(leg.shard(), List.of(leg.range()), PushRows.PAGE);
            }
        }
    }

    public Listing.Page<Subscription> subscriptions(
            String app, SubscriptionFilter filter, Optional<String> cursor, int limit) throws PushRefusal {
        return new Listing(rows, legs(app, filter))
                .page(
                        cursor,
                        limit,
                        (shard, found) -> found.stream()
                                .map(row -> Optional.of(
                                        row.key().startsWith("s")
                                                ? RowKeys.subscriptionAt(row.key())
                                                : RowKeys.subscriptionOfAt(row.key())))
                                .toList());
    }

    private static List<Leg> legs(String app, SubscriptionFilter filter) {
        List<Subject> subjects = filter.subjects();
        if (filter.channel().isPresent()) {
            String channel = filter.channel().get();
            ChannelId shard = RowKeys.shardOf(app, channel);
            Stream<Range> ranges = subjects.isEmpty()
                    ? Stream.of(RowKeys.subscriptionsTo(channel))
                    : subjects.stream()
                            .map(subject -> Range.of(RowKeys.subscription(new Subscription(channel, subject))));
            return ranges.map(range -> new Leg(shard, range)).toList();
        }
        return subjects.isEmpty()
                ? everywhere(app, RowKeys.allSubscriptions())
                : subjects.stream()
                        .flatMap(subject -> everywhere(app, RowKeys.subscriptionsOf(subject)).stream())
                        .toList();
    }

    /// Channels that have a subscription now.
    public Listing.Page<String> channels(String app, Optional<String> cursor, int limit) throws PushRefusal {
        return new Listing(rows, everywhere(app, RowKeys.allChannels()))
                .page(
                        cursor,
                        limit,
                        (shard, found) -> found.stream()
                                .map(row ->
                                        Optional.of(RowKeys.lastName(row.key()).substring(1)))
                                .toList());
    }

    /// Those of the devices that subscribe to the channel themselves.
    List<String> subscribedThemselves(String app, String channel, List<String> deviceIds) throws PushRefusal {
        List<String> found = new ArrayList<>();
        for (int from = 0; from < deviceIds.size(); from += RowsRead.RANGES_MAX) {
            List<Range> ranges =
                    deviceIds.subList(from, Math.min(deviceIds.size(), from + RowsRead.RANGES_MAX)).stream()
                            .map(id ->
                                    Range.of(RowKeys.subscription(new Subscription(channel, new Subject.OfDevice(id)))))
                            .toList();
            for (StateRow row : rows.page(RowKeys.shardOf(app, channel), ranges, ranges.size())
                    .rows()) {
                if (RowKeys.subscriptionAt(row.key()).subject() instanceof Subject.OfDevice(var deviceId)) {
                    found.add(deviceId);
                }
            }
        }
        return found;
    }

    // ---- keys

    /// The app's keys for web push, made when they are first asked for.
    public VapidKeys vapidKeys(String app) throws PushRefusal {
        ChannelId shard = RowKeys.shard(app, 0);
        Optional<StateValue> known = rows.one(shard, RowKeys.VAPID);
        if (known.isEmpty()) {
            StateValue made = new StateValue(VapidKeys.generate().encode());
            rows.change(shard, List.of(new RowEdit.Put(RowKeys.VAPID, PushRows.ABSENT, made)));
            known = rows.one(shard, RowKeys.VAPID);
        }
        return VapidKeys.decode(known.orElseThrow().bytes());
    }

    // ---- changes

    private static int perShard(int max) {
        return Math.max(1, Math.ceilDiv(max, RowKeys.SHARDS));
    }

    private static boolean isDone(RowsResult result) throws PushRefusal {
        return switch (result) {
            case RowsResult.Done() -> true;
            case RowsResult.Unexpected(var key) -> false;
            case RowsResult.Full(var key) ->
                throw new PushRefusal(
                        ErrorCode.PUSH_LIMIT, "the app has as many %s as it may; remove some".formatted(counted(key)));
            case RowsResult.Refused(var error) -> throw new PushRefusal(error);
        };
    }

    private static String counted(String key) {
        return switch (key.charAt(0)) {
            case 'k' -> "devices of one client";
            case 'n' -> "subscriptions to one channel";
            default -> Objects.equals(key, RowKeys.DEVICES) ? "devices" : "subscriptions";
        };
    }

    private static PushRefusal contended() {
        return new PushRefusal(ErrorCode.OVERLOADED, "the device is changed by many at once; try again");
    }
}
