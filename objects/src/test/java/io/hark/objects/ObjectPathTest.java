package io.hark.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.hark.protocol.ObjectData;
import io.hark.protocol.ObjectOperation;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ObjectPathTest {
    private static final String VOTES = Operations.id("map", 1);
    private static final String POSTS = Operations.id("map", 2);
    private static final String UP = Operations.id("counter", 1);
    private static final String DOWN = Operations.id("counter", 2);

    private final ObjectTree tree = tree();

    private static ObjectTree tree() {
        ObjectEdit edit = new ObjectEdit(ObjectTree.EMPTY);
        int time = 0;
        for (ObjectOperation each : List.of(
                refer("root", "votes", VOTES),
                refer("root", "posts", POSTS),
                new ObjectOperation.MapSet("root", "name", new ObjectData.Text("n")),
                refer(VOTES, "up", UP),
                refer(VOTES, "do.wn", DOWN),
                refer(POSTS, "up", UP),
                refer(POSTS, "root", "root"))) {
            edit.apply(each, Operations.serial(++time, "a"), "a", time);
        }
        return edit.tree();
    }

    private static ObjectOperation refer(String map, String key, String object) {
        return new ObjectOperation.MapSet(map, key, new ObjectData.Reference(object));
    }

    private ObjectPath.Found found(String path) {
        return ObjectPath.parse(path).in(tree, "root", 1_000);
    }

    @Test
    void itLeadsFromKeyToKey() {
        assertThat(found("").objects()).containsExactly("root");
        assertThat(found("votes").objects()).containsExactly(VOTES);
        assertThat(found("votes.up").objects()).containsExactly(UP);
        assertThat(found("posts.root.votes.up").objects()).containsExactly(UP);
    }

    @Test
    void aStarStandsForAnyKey() {
        assertThat(found("votes.*").objects()).containsExactlyInAnyOrder(UP, DOWN);
        assertThat(found("*.up").objects()).containsExactly(UP);
        assertThat(found("*.*").objects()).containsExactlyInAnyOrder(UP, DOWN, "root");
    }

    @Test
    void aBackslashMakesADotOrAStarPartOfAKey() {
        assertThat(found("votes.do\\.wn").objects()).containsExactly(DOWN);
        assertThat(found("votes.\\*").objects()).isEmpty();
        assertThat(ObjectPath.parse("a\\.b.\\*.c\\\\").steps())
                .extracting(ObjectPath.Step::key)
                .containsExactly(Optional.of("a.b"), Optional.of("*"), Optional.of("c\\"));
    }

    @Test
    void itTellsAValueFromNothing() {
        for (String path : List.of("name", "nothing")) {
            assertThat(found(path).objects()).isEmpty();
            assertThat(found(path).atLeaf()).isEqualTo(path.equals("name"));
        }
        assertThat(found("name.more").atLeaf()).isFalse();
    }

    @Test
    void itsTextReadsBackAsTheSamePath() {
        for (String text : List.of("", "a", "a.b", "a\\.b.*", "\\*", "..", ".", "a\\\\.b", "*.\\*.x\\.")) {
            ObjectPath path = ObjectPath.parse(text);
            assertThat(ObjectPath.parse(path.text())).as(text).isEqualTo(path);
        }
    }

    @Test
    void onlyWhatIsAlongItIsNeededToFollowIt() {
        ObjectTree part = ObjectPages.along(tree, "root", ObjectPath.parse("votes.up"));
        assertThat(part.values("root")).containsOnlyKeys("votes");
        assertThat(part.values(VOTES)).containsOnlyKeys("up");
        assertThat(part.head(UP)).isPresent();
        assertThat(part.head(POSTS)).isEmpty();
        assertThat(ObjectPages.along(tree, "root", ObjectPath.parse("votes")).values(VOTES))
                .containsOnlyKeys("up", "do.wn");
        assertThat(ObjectPages.along(tree, "root", ObjectPath.parse("name")).values("root"))
                .containsOnlyKeys("name");
        assertThat(ObjectPages.along(tree, "root", ObjectPath.parse("no.thing")).values("root"))
                .isEmpty();
        assertThat(ObjectPages.along(tree, "map:none", ObjectPath.parse("")).isEmpty())
                .isTrue();
    }
}
