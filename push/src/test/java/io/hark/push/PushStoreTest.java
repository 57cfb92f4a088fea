package io.hark.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.hark.channel.RowsRead.Range;
import io.hark.push.PushStore.DeviceFilter;
import io.hark.push.PushStore.SubscriptionFilter;
import io.hark.push.Subscription.Subject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What is kept of devices and subscriptions.
class PushStoreTest {
    private static final PushLimits SMALL = new PushLimits(16, 2, 3, 160, 160, 1_000);

    private TestNode node = new TestNode(PushLimits.DEFAULTS);

    @AfterEach
    void close() {
        node.close();
    }

    private void limited() {
        node.close();
        node = new TestNode(SMALL);
    }

    private List<String> ids(DeviceFilter filter, int limit) throws PushRefusal {
        List<String> ids = new ArrayList<>();
        Optional<String> cursor = Optional.empty();
        do {
            Listing.Page<Device> page = node.devices.devices(TestNode.APP, filter, cursor, limit);
            assertThat(page.items()).hasSizeLessThanOrEqualTo(limit);
            page.items().forEach(device -> ids.add(device.id()));
            cursor = page.next();
        } while (cursor.isPresent());
        return ids;
    }

    private static DeviceFilter ofClient(String clientId) {
        return new DeviceFilter(Optional.empty(), Optional.of(clientId), Optional.empty());
    }

    @Test
    void aDeviceIsFoundByTheClientThatItHasNow() throws PushRefusal {
        node.register("a", "bob");
        node.register("b", "bob");
        node.register("a", "alice");

        assertThat(ids(ofClient("bob"), 10)).containsExactly("b");
        assertThat(ids(ofClient("alice"), 10)).containsExactly("a");
        assertThat(node.devices.devicesOf(TestNode.APP, "alice"))
                .extracting(Device::id)
                .containsExactly("a");
    }

    @Test
    void everyDeviceIsListedOnceWhateverThePages() throws PushRefusal {
        List<String> all = IntStream.range(0, 50).mapToObj(Integer::toString).toList();
        for (String id : all) {
            node.register(id, "bob");
        }
        DeviceFilter any = new DeviceFilter(Optional.empty(), Optional.empty(), Optional.empty());

        for (int limit : List.of(1, 7, 49, 50, 1_000)) {
            assertThat(ids(any, limit)).containsExactlyInAnyOrderElementsOf(all);
            assertThat(ids(ofClient("bob"), limit)).containsExactlyInAnyOrderElementsOf(all);
        }
    }

    @Test
    void noNameIsTakenForOneThatBeginsWithIt() throws PushRefusal {
        node.register("a", "bob");
        node.register("ab", "bobby");
        node.subscribe(new Subject.OfDevice("ab"));

        assertThat(ids(ofClient("bob"), 10)).containsExactly("a");
        assertThat(node.devices
                        .subscriptions(
                                TestNode.APP,
                                new SubscriptionFilter(Optional.empty(), List.of(new Subject.OfDevice("a"))),
                                Optional.empty(),
                                10)
                        .items())
                .isEmpty();
        node.devices.remove(TestNode.APP, "a");
        assertThat(node.devices.device(TestNode.APP, "ab")).isPresent();
    }

    @Test
    void aCursorOfAnotherListingIsRefused() {
        DeviceFilter any = new DeviceFilter(Optional.empty(), Optional.empty(), Optional.empty());
        for (String cursor : List.of("", "x", "-1-", "16-", "3", "99999999999-YQ", "1-%%")) {
            assertThatThrownBy(() -> node.devices.devices(TestNode.APP, any, Optional.of(cursor), 10))
                    .isInstanceOf(PushRefusal.class);
        }
    }

    @Test
    void changesFromManySidesAreAllMade() throws Exception {
        node.register("a", "");
        try (ExecutorService many = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> done = new ArrayList<>();
            for (int time = 1; time <= 8; time++) {
                done.add(many.submit(() -> node.devices.update(TestNode.APP, "a", before -> {
                    Device now = before.orElseThrow();
                    return now.withTokensFrom(now.tokensFromMillis() + 1);
                })));
            }
            for (Future<?> each : done) {
                each.get();
            }
        }

        assertThat(node.devices.device(TestNode.APP, "a").orElseThrow().tokensFromMillis())
                .isEqualTo(8);
    }

    @Test
    void anAppHasNoMoreThanItMay() throws PushRefusal {
        limited();
        List<String> refused = new ArrayList<>();
        for (int index = 0; index < 40; index++) {
            try {
                node.register("device" + index, "");
            } catch (PushRefusal refusal) {
                assertThat(refusal.error().code()).isEqualTo(42926);
                refused.add("device" + index);
            }
        }
        int devices = 40 - refused.size();
        assertThat(devices).isLessThanOrEqualTo(16);

        for (int index = 0; index < 3; index++) {
            node.subscribe(new Subject.OfClient("client" + index));
        }
        assertThatThrownBy(() -> node.subscribe(new Subject.OfClient("one more")))
                .isInstanceOf(PushRefusal.class)
                .hasMessageContaining("subscriptions to one channel");
        node.devices.unsubscribe(TestNode.APP, new Subject.OfClient("client0"), Optional.empty());
        node.subscribe(new Subject.OfClient("one more"));
    }

    @Test
    void aRemovedDeviceLeavesNothingAndItsPlaceToAnother() throws PushRefusal {
        limited();
        node.register("a", "bob");
        node.subscribe(new Subject.OfDevice("a"));
        node.devices.remove(TestNode.APP, "a");
        node.devices.remove(TestNode.APP, "a");

        for (int shard = 0; shard < RowKeys.SHARDS; shard++) {
            assertThat(node.devices.rows().keys(RowKeys.shard(TestNode.APP, shard), Range.of(""), 10))
                    .isEmpty();
        }
    }

    @Test
    void theKeyOfAnAppIsMadeOnce() throws PushRefusal {
        assertThat(node.devices.vapidKeys(TestNode.APP)).isEqualTo(node.devices.vapidKeys(TestNode.APP));
        assertThat(node.devices.vapidKeys("other")).isNotEqualTo(node.devices.vapidKeys(TestNode.APP));
    }
}
