package io.hark.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.protocol.ErrorCode;
import io.hark.protocol.ObjectState;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AttachObjectsTest {
    private static final ObjectState ROOT =
            new ObjectState("root", Map.of(), false, 0, new ObjectState.OfMap(Map.of(), Optional.empty()));

    private final TestFrontend frontend = new TestFrontend();

    private TestFrontend.TestSubscriber attach() {
        return attach(true);
    }

    private TestFrontend.TestSubscriber attach(boolean writable) {
        TestFrontend.TestSubscriber subscriber = frontend.new TestSubscriber();
        subscriber.wantsObjects = true;
        subscriber.writable = writable;
        frontend.attach(subscriber, new AttachFrom.Now(), false);
        return subscriber;
    }

    private static ObjectsPage page(long lsn, String next) {
        return new ObjectsPage(7, lsn, List.of(ROOT), next);
    }

    @Test
    void aChannelWithoutObjectsSaysSo() {
        frontend.objectPages.add(new ObjectsPage(0, 0, List.of(), ""));
        var subscriber = attach();
        assertThat(subscriber.outcome.hasObjects()).isFalse();
        frontend.enter(1);
        assertThat(subscriber.lsns).containsExactly(1L);
    }

    @Test
    void whoDoesNotAskForObjectsGetsNone() {
        var subscriber = frontend.attach(new AttachFrom.Now());
        assertThat(subscriber.outcome.hasObjects()).isFalse();
        assertThat(frontend.objectQueries).isEmpty();
    }

    @Test
    void pagesComeBeforeWhatIsEnteredMeanwhile() {
        frontend.objectPages.addAll(List.of(page(3, "a"), page(3, "b"), page(3, "")));
        frontend.objectsByHand = true;
        var subscriber = attach();
        assertThat(subscriber.outcome).isNull();
        frontend.enter(1);
        frontend.answer();
        assertThat(subscriber.outcome.hasObjects()).isTrue();
        frontend.enter(2);
        assertThat(subscriber.objects).hasSize(1);
        frontend.answer();
        frontend.enter(3);
        frontend.answer();
        frontend.enter(4);
        assertThat(subscriber.objects).hasSize(3);
        assertThat(subscriber.lsns).containsExactly(1L, 2L, 3L, 4L);
        assertThat(frontend.objectQueries).extracting(ObjectsQuery::from).containsExactly("", "a", "b");
        assertThat(frontend.objectQueries).extracting(ObjectsQuery::snapshot).containsExactly(0L, 7L, 7L);
    }

    @Test
    void aPageWaitsUntilTheSubscriberTakesIt() {
        frontend.objectPages.addAll(List.of(page(3, "a"), page(3, "")));
        var subscriber = attach(false);
        assertThat(subscriber.outcome.hasObjects()).isTrue();
        assertThat(subscriber.objects).isEmpty();
        assertThat(frontend.objectQueries).hasSize(1);
        subscriber.readOn();
        assertThat(subscriber.objects).hasSize(2);
    }

    @Test
    void whereTheNextPageIsForgottenTheAttachmentEnds() {
        frontend.objectPages.add(page(3, "a"));
        frontend.objectsByHand = true;
        var subscriber = attach();
        frontend.answer();
        frontend.objectRefusal = Optional.of(ErrorCode.OVERLOADED.info());
        frontend.answer();
        assertThat(subscriber.failures).hasSize(1);
        frontend.enter(1);
        assertThat(subscriber.lsns).isEmpty();
    }

    @Test
    void anAttachmentThatEndsMeanwhileGetsNothing() {
        frontend.objectPages.add(page(3, ""));
        frontend.objectsByHand = true;
        var subscriber = attach();
        subscriber.attachment.detach();
        frontend.answer();
        assertThat(subscriber.outcome).isNull();
        assertThat(subscriber.objects).isEmpty();
    }
}
