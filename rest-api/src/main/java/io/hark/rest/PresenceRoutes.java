package io.hark.rest;

import io.hark.auth.Operation;
import io.hark.channel.ChannelRouter.Answer;
import io.hark.channel.ChannelStatus;
import io.hark.presence.Member;
import io.hark.protocol.ChannelName;
import io.hark.protocol.PresenceMessage;
import io.hark.stats.Counting;
import io.hark.stats.Flow;
import io.hark.stats.Traffic;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/// A channel's presence: who is there (RSP3), and who came and went (RSP4).
final class PresenceRoutes {
    private final RestServices services;
    private final History<PresenceMessage> history;

    PresenceRoutes(RestServices services) {
        this.services = services;
        this.history = History.ofPresence(services);
    }

    void addTo(Router router) {
        router.on("GET", "channels/*/presence", this::members).on("GET", "channels/*/presence/history", this::history);
    }

    private CompletionStage<Reply> history(Call call) throws Refusal {
        Caller caller = Caller.of(call.request(), call.nowMillis(), services);
        ChannelName channel = call.channel();
        caller.require(channel, Operation.HISTORY);
        return history.page(call, caller, channel, "history");
    }

    private CompletionStage<Reply> members(Call call) throws Refusal {
        Caller caller = Caller.of(call.request(), call.nowMillis(), services);
        ChannelName channel = call.channel();
        caller.require(channel, Operation.SUBSCRIBE);
        int limit = Pages.limit(call.request());
        Optional<String> cursor = Pages.cursor(call.request());
        Optional<Place> from = cursor.isEmpty() ? Optional.empty() : Optional.of(Place.parse(cursor.get()));
        return Statuses.of(services, caller, channel).thenApply(answer -> switch (answer) {
            case Answer.Refused<ChannelStatus>(var error) -> Reply.error(error);
            case Answer.Ok<ChannelStatus>(var status) ->
                page(call, services.stats().of(caller.app().id()), status.members(), limit, from);
        });
    }

    private static Reply page(Call call, Counting stats, List<Member> members, int limit, Optional<Place> after) {
        List<PresenceMessage> rest = members.stream()
                .map(Member::event)
                .filter(event -> matches(call.param("clientId"), event.clientId()))
                .filter(event -> matches(call.param("connectionId"), event.connectionId()))
                .filter(event -> after.isEmpty() || Place.of(event).compareTo(after.get()) > 0)
                .sorted(Comparator.comparing(Place::of))
                .limit(limit + 1L)
                .toList();
        List<PresenceMessage> shown = rest.subList(0, Math.min(rest.size(), limit));
        stats.traffic(Flow.OUTBOUND_REST, Traffic.Kind.PRESENCE, shown.size(), ItemSizes.ofPresence(shown));
        Optional<String> next =
                rest.size() > limit ? Optional.of(Place.of(shown.getLast()).text()) : Optional.empty();
        return Reply.page(
                codec -> codec.encodePresence(shown), Pages.of(call.request(), "presence", links(call, limit), next));
    }

    private static boolean matches(Optional<String> wanted, Optional<String> actual) {
        return wanted.isEmpty() || wanted.equals(actual);
    }

    private static Map<String, String> links(Call call, int limit) {
        Map<String, String> links = new LinkedHashMap<>();
        links.put("limit", Integer.toString(limit));
        call.param("clientId").ifPresent(value -> links.put("clientId", value));
        call.param("connectionId").ifPresent(value -> links.put("connectionId", value));
        return links;
    }

    /// All members in the order in which they came, as [#members] pages them.
    static List<PresenceMessage> inOrder(List<Member> members) {
        return members.stream()
                .map(Member::event)
                .sorted(Comparator.comparing(Place::of))
                .toList();
    }

    /// Value: where a member stands among the others: by its last event's time, then by the event's
    /// place in its frame.
    private record Place(long timestamp, String eventId) implements Comparable<Place> {
        /// Ids of one frame differ in their last number, so that the longer of two is the later.
        private static final Comparator<Place> ORDER = Comparator.comparingLong(Place::timestamp)
                .thenComparingInt(place -> place.eventId().length())
                .thenComparing(Place::eventId);

        static Place of(PresenceMessage event) {
            return new Place(event.timestamp(), event.id().orElse(""));
        }

        @Override
        public int compareTo(Place other) {
            return ORDER.compare(this, other);
        }

        String text() {
            byte[] text = (timestamp + ":" + eventId).getBytes(StandardCharsets.UTF_8);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(text);
        }

        static Place parse(String cursor) throws Refusal {
            try {
                String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
                int colon = text.indexOf(':');
                return new Place(Long.parseLong(text.substring(0, Math.max(0, colon))), text.substring(colon + 1));
            } catch (IllegalArgumentException malformed) {
                throw Pages.invalidCursor();
            }
        }
    }
}
