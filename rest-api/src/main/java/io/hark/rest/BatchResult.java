package io.hark.rest;

import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import io.hark.protocol.ProtocolCodec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Value: what became of a request for several channels (BAR2), in its order.
record BatchResult(List<Item> items) {
    /// What became of it on one channel; its form can depend on the format, as binary data's does.
    record Item(boolean succeeded, Function<ProtocolCodec, Map<String, Object>> tree) {
        static Item ok(Map<String, Object> tree) {
            return ok(codec -> tree);
        }

        static Item ok(Function<ProtocolCodec, Map<String, Object>> tree) {
            return new Item(true, tree);
        }

        static Item failed(String channel, ErrorInfo error) {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("channel", channel);
            tree.put("error", Errors.tree(error));
            return new Item(false, codec -> tree);
        }
    }

    static BatchResult joined(List<BatchResult> results) {
        return new BatchResult(
                results.stream().flatMap(result -> result.items().stream()).toList());
    }

    Map<String, Object> tree(ProtocolCodec codec) {
        long succeeded = items.stream().filter(Item::succeeded).count();
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("successCount", succeeded);
        tree.put("failureCount", items.size() - succeeded);
        tree.put("results", trees(codec));
        return tree;
    }

    byte[] encode(ProtocolCodec codec) {
        return codec.encodeValue(tree(codec));
    }

    private List<Map<String, Object>> trees(ProtocolCodec codec) {
        return items.stream().map(item -> item.tree().apply(codec)).toList();
    }

    /// As clients of version 2 and older read it: a flat list, and an error of its own if any item failed.
    Reply legacyReply(int statusOfSuccess) {
        if (items.stream().allMatch(Item::succeeded)) {
            return Reply.of(statusOfSuccess, codec -> codec.encodeValue(trees(codec)));
        }
        ErrorInfo error = ErrorCode.BATCH_ERROR.info("Batched response includes errors");
        return new Reply.Content(
                error.statusCode(),
                codec -> {
                    Map<String, Object> tree = new LinkedHashMap<>();
                    tree.put("error", Errors.tree(error));
                    tree.put("batchResponse", trees(codec));
                    return codec.encodeValue(tree);
                },
                Optional.empty(),
                Optional.of(error));
    }
}
