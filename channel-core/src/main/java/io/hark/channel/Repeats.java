package io.hark.channel;

import io.hark.channel.OwnedChannel.InFlight;
import io.hark.protocol.ErrorCode;
import io.hark.protocol.ErrorInfo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// Confined: tells what was sent before from what is new, so that it is in the log once (D3), and keeps a publisher's
/// order where one of its publishes could not be decided (I4).
final class Repeats {
    private static final int BROKEN_MAX = 1_000;
    private static final ErrorInfo REFUSED_BEFORE = ErrorCode.UNPROCESSABLE.info(
            "the same was refused before, so long ago that it is not kept why; send it with another id");

    private static final ErrorInfo OVERTAKEN = ErrorCode.UNPROCESSABLE.info(
            "the node was too full for it when it came, and has taken what was published later; publish it anew");

    private final SlotOwner owner;
    private final SlotEffects effects;
    private final ChannelTable channels;
    private final DeclinedPublishes declined = new DeclinedPublishes();

    /// Transports on which a publish could be neither taken nor refused.
    private final Map<String, Integer> broken = new LinkedHashMap<>(0, 0.75f, true);

    /// What tells whether something that is to be appended was sent before.
    record Sending(Optional<Claim> publisher, List<IdHash> ids, boolean mayRepeat, ChannelPolicy policy) {
        static Sending of(Publish publish) {
            return new Sending(publish.publisher(), publish.ids(), publish.mayRepeat(), publish.policy());
        }

        static Sending of(PresenceUpdate update) {
            return new Sending(Optional.of(update.claim()), List.of(update.id()), update.mayRepeat(), update.policy());
        }

        static Sending of(ObjectUpdate update) {
            return new Sending(update.publisher(), List.of(update.id()), update.mayRepeat(), update.policy());
        }
    }

    Repeats(SlotOwner owner, SlotEffects effects, ChannelTable channels) {
        this.owner = owner;
        this.effects = effects;
        this.channels = channels;
    }

    /// What may be a repeat and cannot be decided now is sent again on a later transport: until then
    /// nothing that follows it on this one is taken, as it would be logged before it (I4).
    ///
    /// @return `reply`, watched for that
    Consumer<PublishResult> watched(Sending sending, Consumer<PublishResult> reply) {
        return sending.mayRepeat()
                ? result -> {
                    if (isUndecided(result)) {
                        sending.publisher().ifPresent(this::breakTransport);
                    }
                    reply.accept(result);
                }
                : reply;
    }

    /// The same of what must keep its place among what its connection publishes. The first of its copies is declined
    /// for good only once something later is taken, see [#settle].
    Consumer<PublishResult> watched(ChannelId channel, Sending sending, Consumer<PublishResult> reply) {
        if (sending.mayRepeat()
                || sending.publisher().isEmpty()
                || sending.ids().isEmpty()) {
            return watched(sending, reply);
        }
        return result -> {
            if (isUndecided(result)) {
                declined.add(channel, sending.publisher().get(), sending.ids()).ifPresent(this::breakTransport);
            }
            reply.accept(result);
        };
    }

    private static boolean isUndecided(PublishResult result) {
        return result instanceof PublishResult.Refused(ErrorInfo error) && error.code() == ErrorCode.OVERLOADED.code();
    }

    private void breakTransport(Claim publisher) {
        broken.merge(publisher.connectionId(), publisher.generation(), Math::max);
        if (broken.size() > BROKEN_MAX) {
            broken.remove(broken.keySet().iterator().next());
        }
    }

    /// Makes sure that nothing which was declined is taken when it is asked again, behind what comes now: its refusal
    /// goes into the log first. While there is no room for that, there is none for what comes.
    private void settle(OwnedChannel channel, Sending sending, Claim publisher) {
        declined.comes(channel.id, publisher, sending.ids());
        if (declined.has(channel.id, publisher) && !isBroken(publisher) && !effects.overloaded()) {
            List<IdHash> earlier = declined.take(channel.id, publisher);
            Sending refused = new Sending(Optional.empty(), earlier, true, sending.policy());
            owner.refuse(channel, refused, OVERTAKEN, result -> {});
        }
    }

    /// Whether something that the connection published earlier was declined and could still be taken.
    boolean isBehindDeclined(OwnedChannel channel, Optional<Claim> publisher) {
        return publisher.isPresent() && declined.has(channel.id, publisher.get());
    }

    boolean isBroken(Claim publisher) {
        return broken.getOrDefault(publisher.connectionId(), -1) >= publisher.generation();
    }

    /// Takes the step unless the same was appended before, or a later transport has taken over.
    void once(OwnedChannel channel, Sending sending, Consumer<PublishResult> reply, Runnable step) {
        if (sending.publisher().filter(channel::isSuperseded).isPresent()) {
            reply.accept(new PublishResult.Refused(ErrorCode.TRANSPORT_SUPERSEDED.info()));
            return;
        }
        sending.publisher().ifPresent(publisher -> {
            channel.see(publisher);
            settle(channel, sending, publisher);
        });
        Optional<InFlight> earlier = channel.inFlight(sending.ids());
        if (earlier.isPresent()) {
            earlier.get().waiters().add(entry -> reply.accept(PublishResult.of(entry)));
            return;
        }
        if (sending.ids().isEmpty() || !sending.mayRepeat() && channel.isKnown(sending.publisher())) {
            step.run();
            return;
        }
        // Of several appends that were made one, one is in the log if all are.
        ifLogged(channel, sending.ids().getFirst(), reply, found -> {
            if (found.isPresent()) {
                tellAgain(channel, found.get(), reply);
            } else {
                // Nothing that its connection sent later is in the log either, as it is replayed in order.
                sending.publisher().ifPresent(channel::know);
                step.run();
            }
        });
    }

    /// Answers as the first time. Of a refusal the log says why for as long as it keeps the entry.
    void tellAgain(OwnedChannel channel, Receipt first, Consumer<PublishResult> reply) {
        if (!first.isRefusal()) {
            reply.accept(new PublishResult.Stored(first));
            return;
        }
        Consumer<ErrorInfo> refuse = error -> reply.accept(new PublishResult.Refused(error));
        channels.<Optional<Entry>>whenAnswered(
                channel,
                answer -> effects.consult(view -> view.entry(channel.id.key(), first.lsn()), answer),
                refuse,
                entry -> reply.accept(
                        entry.map(PublishResult::of).orElseGet(() -> new PublishResult.Refused(REFUSED_BEFORE))));
    }

    /// Takes the step with what came of it if it was sent before.
    void ifLogged(OwnedChannel channel, IdHash id, Consumer<PublishResult> reply, Consumer<Optional<Receipt>> step) {
        Optional<IdLookups.Lookup> ahead = channel.lookups.flatMap(lookups -> lookups.take(id));
        Optional<Optional<Receipt>> found = ahead.flatMap(IdLookups.Lookup::answer);
        if (found.isPresent()) {
            step.accept(found.get());
            return;
        }
        Consumer<ErrorInfo> refuse = error -> reply.accept(new PublishResult.Refused(error));
        if (ahead.isPresent()) {
            channels.whenAnswered(channel, ahead.get()::whenAnswered, refuse, step);
        } else {
            channels.whenAnswered(channel, answer -> effects.findId(channel.id.key(), id, answer), refuse, step);
        }
    }

    /// Asks the store for the id of what waits for its turn and may be a repeat.
    void lookUpAhead(ChannelId id, Sending sending) {
        if (!sending.mayRepeat() || sending.ids().isEmpty()) {
            return;
        }
        channels.get(id).ifPresent(channel -> {
            int wanted = channel.lookups.map(IdLookups::size).orElse(0);
            if (wanted < channel.parked.size()
                    && channel.inFlight(sending.ids()).isEmpty()) {
                channel.lookups = channel.lookups.or(() -> Optional.of(new IdLookups(id.key())));
                channel.lookups.get().ask(sending.ids().getFirst(), effects);
            }
        });
    }
}
