package io.hark.loadtest;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HistoryPagesTest {
    private static List<String> page(long... sequences) {
        List<String> page = new ArrayList<>();
        for (long sequence : sequences) {
            byte[] data = new byte[Mark.LENGTH];
            Mark.write(data, 1, sequence, 0);
            page.add(new String(data, US_ASCII));
        }
        return page;
    }

    @Test
    void aPageOfTheNewestInOrderIsRight() {
        assertThat(HistoryPages.problem(page(7, 6, 5), 3)).isEmpty();
    }

    @Test
    void gapsDoublesAndOtherOrdersAreFound() {
        assertThat(HistoryPages.problem(page(7, 5, 4), 3))
                .hasValueSatisfying(why -> assertThat(why).contains("5 came before 7"));
        assertThat(HistoryPages.problem(page(7, 7, 6), 3)).isPresent();
        assertThat(HistoryPages.problem(page(5, 6, 7), 3)).isPresent();
    }

    @Test
    void aShortPageIsFound() {
        assertThat(HistoryPages.problem(page(7, 6), 3))
                .hasValueSatisfying(why -> assertThat(why).contains("2 messages in place of 3"));
    }

    @Test
    void aForeignMessageIsFound() {
        assertThat(HistoryPages.problem(List.of("hello"), 1)).isPresent();
    }
}
