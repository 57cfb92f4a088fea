package io.hark.loadtest;

import java.util.LinkedHashMap;
import java.util.Map;

/// Value: what happened in about a second of a run.
///
/// @param from         seconds since the load began
/// @param to           the same
/// @param published    messages
/// @param acknowledged messages
/// @param delivered    messages to subscribers
record Second(
        double from,
        double to,
        long published,
        long acknowledged,
        long delivered,
        Percentiles delivery,
        Percentiles acknowledgement) {
    double perSecond(long count) {
        return count / Math.max(1e-3, to - from);
    }

    Map<String, Object> tree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("from", from);
        tree.put("to", to);
        tree.put("published", published);
        tree.put("acknowledged", acknowledged);
        tree.put("delivered", delivered);
        tree.put("deliveryMillis", delivery.tree());
        tree.put("acknowledgementMillis", acknowledgement.tree());
        return tree;
    }
}
