package io.hark.channel;

import io.hark.presence.Member;
import java.util.Optional;

/// Value: a change of the stored presence set, with what was there before, so that a replica can take it back.
public sealed interface MemberChange {
    String memberKey();

    Optional<Member> before();

    /// The member that is there afterwards.
    Optional<Member> after();

    /// How many bytes larger the members are afterwards.
    default long grown() {
        return after().map(Member::bytes).orElse(0L)
                - before().map(Member::bytes).orElse(0L);
    }

    /// The change of the member's row.
    default StateChange row() {
        return StateChange.lasting(
                StateKind.PRESENCE,
                memberKey(),
                before().map(member -> new StateValue(MemberCodec.encode(member))),
                after().map(member -> new StateValue(MemberCodec.encode(member))));
    }

    record Put(Member member, Optional<Member> before) implements MemberChange {
        @Override
        public String memberKey() {
            return member.key();
        }

        @Override
        public Optional<Member> after() {
            return Optional.of(member);
        }
    }

    record Remove(Member gone) implements MemberChange {
        @Override
        public String memberKey() {
            return gone.key();
        }

        @Override
        public Optional<Member> before() {
            return Optional.of(gone);
        }

        @Override
        public Optional<Member> after() {
            return Optional.empty();
        }
    }
}
