package io.hark.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.protocol.ObjectData;
import io.hark.protocol.ObjectOperation;
import io.hark.protocol.ObjectState;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ObjectPagesTest {
    private static List<ObjectPages.Page> pages(ObjectTree tree, int bytesMax) {
        List<ObjectPages.Page> pages = new ArrayList<>();
        String next = "";
        do {
            ObjectPages.Page page = ObjectPages.page(tree, next, bytesMax);
            pages.add(page);
            next = page.next();
        } while (!next.isEmpty());
        return pages;
    }

    @Test
    void theirObjectsAreTheTreesWhateverTheSizeOfAPage() {
        for (int seed = 0; seed < 100; seed++) {
            Random random = new Random(seed);
            ObjectEdit edit = new ObjectEdit(ObjectTree.EMPTY);
            for (Operations.Sent each : Operations.random(random, 80)) {
                each.applyTo(edit);
            }
            ObjectTree read = ObjectTree.EMPTY;
            for (ObjectPages.Page page : pages(edit.tree(), 1 + random.nextInt(2_000))) {
                read = ObjectPages.add(read, page.objects());
            }
            assertThat(ObjectEditTest.visible(read)).isEqualTo(ObjectEditTest.visible(edit.tree()));
        }
    }

    @Test
    void aMapThatIsTooLargeGoesOnOnTheNextPage() {
        ObjectEdit edit = new ObjectEdit(ObjectTree.EMPTY);
        for (int i = 0; i < 100; i++) {
            ObjectData text = new ObjectData.Text("x".repeat(100));
            edit.apply(new ObjectOperation.MapSet("root", "k" + i, text), Operations.serial(i, "a"), "a", i);
        }
        List<ObjectPages.Page> pages = pages(edit.tree(), 1_000);
        assertThat(pages).hasSizeGreaterThan(10);
        Set<String> keys = new HashSet<>();
        for (ObjectPages.Page page : pages) {
            ObjectState part = page.objects().getFirst();
            assertThat(page.objects()).hasSize(1);
            assertThat(part.siteTimeserials()).isEqualTo(Map.of("a", Operations.serial(99, "a")));
            for (String key : ((ObjectState.OfMap) part.value()).entries().keySet()) {
                assertThat(keys.add(key)).as("%s is told once", key).isTrue();
            }
        }
        assertThat(keys).hasSize(100);
    }

    @Test
    void theRootIsAmongThemAlsoWhenNothingWasDoneToIt() {
        assertThat(ObjectPages.page(ObjectTree.EMPTY, "", 1_000).objects()).isEmpty();
        ObjectEdit edit = new ObjectEdit(ObjectTree.EMPTY);
        edit.apply(new ObjectOperation.CounterInc(Operations.id("counter", 1), 1), Operations.serial(1, "a"), "a", 1);
        assertThat(ObjectPages.page(edit.tree(), "", 1_000).objects())
                .extracting(ObjectState::objectId)
                .containsExactly(Operations.id("counter", 1), "root");
    }

    @Test
    void whatAMapHeldBeforeItWasClearedIsNotAmongThem() {
        ObjectEdit edit = new ObjectEdit(ObjectTree.EMPTY);
        ObjectData one = new ObjectData.Number(1);
        edit.apply(new ObjectOperation.MapSet("root", "a", one), Operations.serial(1, "a"), "a", 1);
        edit.apply(new ObjectOperation.MapClear("root"), Operations.serial(2, "a"), "a", 2);
        edit.apply(new ObjectOperation.MapSet("root", "b", one), Operations.serial(3, "a"), "a", 3);
        edit.apply(new ObjectOperation.MapRemove("root", "c"), Operations.serial(4, "a"), "a", 4);
        ObjectState root = ObjectPages.page(edit.tree(), "", 1_000).objects().getFirst();
        ObjectState.OfMap map = (ObjectState.OfMap) root.value();
        assertThat(map.entries()).containsOnlyKeys("b", "c");
        assertThat(map.clearTimeserial()).contains(Operations.serial(2, "a"));
    }
}
