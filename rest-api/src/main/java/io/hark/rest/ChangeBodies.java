package io.hark.rest;

import io.hark.protocol.ErrorCode;
import io.hark.protocol.Message;
import io.hark.protocol.MessageAction;
import java.util.List;
import java.util.Map;

/// Reads what a request changes of a message, in both forms that SDKs use: a message with its action (RSL15),
/// or, from SDKs up to protocol 4, what becomes different and an `operation` that says who and why; the route
/// says whether that is an update or a delete.
final class ChangeBodies {
    private ChangeBodies() {}

    /// How a route's bodies are read.
    interface Form {
        Message read(RestRequest request) throws Refusal;
    }

    /// @return an update, delete or append
    static Message change(RestRequest request) throws Refusal {
        List<Message> messages = Bodies.messages(request);
        if (messages.size() != 1) {
            throw refusal();
        }
        Message change = messages.getFirst();
        return change.action() == MessageAction.CREATE ? ofRoute(request, MessageAction.UPDATE) : change;
    }

    static Message delete(RestRequest request) throws Refusal {
        return ofRoute(request, MessageAction.DELETE);
    }

    private static Message ofRoute(RestRequest request, MessageAction action) throws Refusal {
        Map<String, Object> change = Bodies.asObject(Bodies.value(request), "the change of a message");
        if (change.containsKey("action")) {
            throw refusal();
        }
        change.put("action", (long) action.ordinal());
        Object operation = change.remove("operation");
        if (operation != null) {
            change.put("version", operation);
        }
        return Bodies.messages(change, request).getFirst();
    }

    private static Refusal refusal() {
        return new Refusal(
                ErrorCode.INVALID_PUBLISH,
                "the body must be one message with the action 1 (update), 2 (delete) or 5 (append)");
    }
}
