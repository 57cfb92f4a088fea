package io.hark.channel;

import io.hark.presence.Member;

/// Value: a change of the stored presence set.
public sealed interface MemberChange {
    String memberKey();

    record Put(Member member) implements MemberChange {
        @Override
        public String memberKey() {
            return member.key();
        }
    }

    record Remove(String memberKey) implements MemberChange {}
}
