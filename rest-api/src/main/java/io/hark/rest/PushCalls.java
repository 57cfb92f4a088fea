package io.hark.rest;

import io.hark.protocol.ErrorCode;
import io.hark.push.Listing;
import io.hark.push.Push;
import io.hark.push.PushRefusal;
import io.hark.push.PushStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/// Runs what a route about push has to wait for, and makes a reply of what comes of it.
final class PushCalls {
    private PushCalls() {}

    /// Blocking.
    interface Step {
        Reply run(PushStore store) throws PushRefusal, Refusal;
    }

    static CompletionStage<Reply> run(RestServices services, Step step) {
        return services.push()
                .call(store -> {
                    try {
                        return step.run(store);
                    } catch (Refusal refusal) {
                        throw new PushRefusal(refusal.error());
                    }
                })
                .thenApply(result -> switch (result) {
                    case Push.Result.Ok<Reply>(var reply) -> reply;
                    case Push.Result.Refused<Reply>(var error) -> Reply.error(error);
                });
    }

    /// @param segment the last segment of the route
    /// @param links   the filters
    static <T> Reply page(
            Call call, String segment, Map<String, String> links, Listing.Page<T> page, Function<T, Object> item) {
        Pages pages = Pages.of(call.request(), segment, links, page.next());
        List<Object> items = page.items().stream().map(item).toList();
        return Reply.page(codec -> codec.encodeValue(items), pages);
    }

    /// A filter of a listing or removal.
    static Optional<String> filter(Call call, String name) throws Refusal {
        Optional<String> value = call.param(name).filter(text -> !text.isEmpty());
        if (value.filter(text -> text.indexOf('\0') >= 0 || text.length() > 2_047)
                .isPresent()) {
            throw new Refusal(ErrorCode.INVALID_PARAMETER_VALUE, "%s is too long, or holds a NUL".formatted(name));
        }
        return value;
    }
}
