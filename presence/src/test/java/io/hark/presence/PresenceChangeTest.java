package io.hark.presence;

import static io.hark.protocol.PresenceAction.ENTER;
import static io.hark.protocol.PresenceAction.LEAVE;
import static io.hark.protocol.PresenceAction.PRESENT;
import static io.hark.protocol.PresenceAction.UPDATE;
import static org.assertj.core.api.Assertions.assertThat;

import io.hark.presence.PresenceChange.Left;
import io.hark.presence.PresenceChange.Nothing;
import io.hark.presence.PresenceChange.Present;
import io.hark.protocol.Payload;
import io.hark.protocol.PresenceAction;
import io.hark.protocol.PresenceMessage;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PresenceChangeTest {
    private static final Payload BEFORE = Payload.text("before");
    private static final Optional<Member> ABSENT = Optional.empty();
    private static final Optional<Member> THERE =
            Optional.of(new Member(event(PRESENT, Optional.of("conn:3:0"), BEFORE), 1));

    @ParameterizedTest
    @EnumSource(names = {"ENTER", "UPDATE", "PRESENT"})
    void whateverMakesAnAbsentMemberPresentIsAnEnter(PresenceAction action) {
        PresenceMessage request = event(action, Optional.empty(), Payload.text("now"));

        assertThat(PresenceChange.decide(ABSENT, request)).isEqualTo(new Present(request.withAction(ENTER)));
    }

    @ParameterizedTest
    @EnumSource(names = {"ENTER", "UPDATE", "PRESENT"})
    void whateverComesForAPresentMemberIsAnUpdateWithItsOwnData(PresenceAction action) {
        PresenceMessage request = event(action, Optional.empty(), Payload.NONE);

        assertThat(PresenceChange.decide(THERE, request)).isEqualTo(new Present(request.withAction(UPDATE)));
    }

    @Test
    void leaveOfAnAbsentMemberIsNothing() {
        assertThat(PresenceChange.decide(ABSENT, event(LEAVE, Optional.empty(), Payload.text("bye"))))
                .isEqualTo(new Nothing());
    }

    @Test
    void leaveWithDataTellsThatData() {
        PresenceMessage request = event(LEAVE, Optional.empty(), Payload.text("bye"));

        assertThat(PresenceChange.decide(THERE, request)).isEqualTo(new Left(request));
    }

    @Test
    void leaveWithoutDataRepeatsTheMembersLast() {
        PresenceMessage request = event(LEAVE, Optional.empty(), Payload.NONE);

        assertThat(PresenceChange.decide(THERE, request))
                .isEqualTo(new Left(request.withData(BEFORE, Optional.empty())));
    }

    @Test
    void leaveWithExtrasOnlyDoesNotRepeatTheMembersData() {
        PresenceMessage request = new PresenceMessage(
                LEAVE,
                Optional.empty(),
                Optional.of("ann"),
                Optional.empty(),
                0,
                Payload.NONE,
                Optional.empty(),
                Map.of("headers", Map.of()));

        assertThat(PresenceChange.decide(THERE, request)).isEqualTo(new Left(request));
    }

    @Test
    void reentryWithTheIdOfThePresentMemberIsNothing() {
        assertThat(PresenceChange.decide(THERE, event(ENTER, Optional.of("conn:3:0"), BEFORE)))
                .isEqualTo(new Nothing());
    }

    @ParameterizedTest
    @ValueSource(strings = {"conn:2:0", "conn:2:7"})
    void reentryWithTheIdOfAnEarlierEventIsNothing(String id) {
        assertThat(PresenceChange.decide(THERE, event(ENTER, Optional.of(id), BEFORE)))
                .isEqualTo(new Nothing());
    }

    @ParameterizedTest
    @ValueSource(strings = {"conn:10:0", "conn:3:1", "gone:2:0", "anything", "conn:99999999999999999999:0"})
    void reentryWithAnyOtherIdIsAnUpdate(String id) {
        assertThat(PresenceChange.decide(THERE, event(ENTER, Optional.of(id), BEFORE)))
                .isInstanceOf(Present.class);
    }

    @Test
    void reentryOfAnAbsentMemberIsAnEnter() {
        PresenceMessage request = event(ENTER, Optional.of("conn:3:0"), BEFORE);

        assertThat(PresenceChange.decide(ABSENT, request)).isEqualTo(new Present(request));
    }

    private static PresenceMessage event(PresenceAction action, Optional<String> id, Payload data) {
        return new PresenceMessage(
                action, id, Optional.of("ann"), Optional.of("conn"), 0, data, Optional.empty(), Map.of());
    }
}
