package io.hark.channel;

import io.hark.objects.ObjectRow;
import io.hark.objects.ObjectTree;
import java.util.Optional;
import java.util.function.BiConsumer;

/// Confined: reads a channel's objects from the store, page by page. Nothing changes them meanwhile.
final class ObjectsLoad {
    private static final int ROWS_AT_ONCE = 2_000;

    private final SlotEffects effects;
    private final BiConsumer<ObjectTree, Throwable> answer;
    private ObjectTree tree = ObjectTree.EMPTY;

    private ObjectsLoad(SlotEffects effects, BiConsumer<ObjectTree, Throwable> answer) {
        this.effects = effects;
        this.answer = answer;
    }

    static void begin(SlotEffects effects, ChannelKey channel, BiConsumer<ObjectTree, Throwable> answer) {
        new ObjectsLoad(effects, answer).read(StateQuery.startingWith(channel, StateKind.OBJECT, "", ROWS_AT_ONCE));
    }

    private void read(StateQuery query) {
        effects.consult(view -> view.state(query), (page, failure) -> {
            if (failure != null) {
                answer.accept(null, failure);
                return;
            }
            try {
                for (StateRow row : page.rows()) {
                    ObjectRow value = ObjectRowCodec.decode(row.value().bytes());
                    tree = tree.with(ObjectRowCodec.key(row), Optional.of(value));
                }
            } catch (DamagedEntry e) {
                answer.accept(null, e);
                return;
            }
            if (page.more()) {
                read(query.after(page.rows().getLast().key()));
            } else {
                answer.accept(tree, null);
            }
        });
    }
}
