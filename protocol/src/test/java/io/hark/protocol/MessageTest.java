package io.hark.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MessageTest {
    private static final Message ORIGINAL = Message.of(Optional.of("name"), Payload.text("data"))
            .withExtras(Map.of("headers", Map.of("h", 1L), "userClaim", "host"));

    private static Map<String, Object> extrasAfter(Message original, Map<String, Object> extras) {
        Message change = Message.of(Optional.empty(), Payload.NONE).withExtras(extras);
        return original.mixedWith(change, MessageAction.UPDATE, new MessageVersion())
                .extras();
    }

    @Test
    void whatIsVouchedForAboutTheAuthorStaysWhateverElseOfTheExtrasChanges() {
        Map<String, Object> headers = Map.of("headers", Map.of());
        assertThat(extrasAfter(ORIGINAL, headers)).isEqualTo(Map.of("headers", Map.of(), "userClaim", "host"));
        assertThat(extrasAfter(ORIGINAL, Map.of())).isEqualTo(ORIGINAL.extras());
        assertThat(extrasAfter(ORIGINAL.withExtras(Map.of()), headers)).isEqualTo(headers);
    }
}
