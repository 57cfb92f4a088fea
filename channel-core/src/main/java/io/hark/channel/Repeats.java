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

    private final SlotEffects effects;
    private final ChannelTable channels;

    /// Transports on which a publish could be neither taken nor refused.
    private final Map<String, Integer> broken = new LinkedHashMap<>(0, 0.75f, true);

    /// What tells whether something that is to be appended was sent before.
    record Sending(Optional<Claim> publisher, List<IdHash> ids, boolean mayRepeat) {}

    Repeats(SlotEffects effects, ChannelTable channels) {
        this.effects = effects;
        this.channels = channels;
    }

    /// What may be a repeat and cannot be decided now is sent again on a later transport: until then
    /// nothing that follows it on this one is taken, as it would be logged before it (I4).
    ///
    /// @return `reply`, watched for that
    Consumer<PublishResult> watched(Sending sending, Consumer<PublishResult> reply) {
        return sending.mayRepeat() ? result -> told(sending.publisher(), result, reply) : reply;
    }

    private void told(Optional<Claim> publisher, PublishResult result, Consumer<PublishResult> reply) {
        boolean undecided =
                result instanceof PublishResult.Refused(ErrorInfo error) && error.code() == ErrorCode.OVERLOADED.code();
        if (undecided) {
            publisher.ifPresent(claim -> {
                broken.merge(claim.connectionId(), claim.generation(), Math::max);
                if (broken.size() > BROKEN_MAX) {
                    broken.remove(broken.keySet().iterator().next());
                }
            });
        }
        reply.accept(result);
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
        sending.publisher().ifPresent(channel::see);
        Optional<InFlight> earlier = channel.inFlight(sending.ids());
        if (earlier.isPresent()) {
            earlier.get().waiters().add(entry -> reply.accept(new PublishResult.Stored(entry.receipt())));
            return;
        }
        if (sending.ids().isEmpty() || !sending.mayRepeat() && channel.isKnown(sending.publisher())) {
            step.run();
            return;
        }
        // Of several appends that were made one, one is in the log if all are.
        ifLogged(channel, sending.ids().getFirst(), reply, found -> {
            if (found.isPresent()) {
                reply.accept(new PublishResult.Stored(found.get()));
            } else {
                // Nothing that its connection sent later is in the log either, as it is replayed in order.
                sending.publisher().ifPresent(channel::know);
                step.run();
            }
        });
    }

    /// Takes the step with what came of it if it was sent before.
    void ifLogged(OwnedChannel channel, IdHash id, Consumer<PublishResult> reply, Consumer<Optional<Receipt>> step) {
        Consumer<ErrorInfo> refuse = error -> reply.accept(new PublishResult.Refused(error));
        channels.whenAnswered(channel, answer -> effects.findId(channel.id.key(), id, answer), refuse, step);
    }
}
