package io.hark.cluster.control;

import org.apache.ratis.conf.Parameters;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.grpc.server.GrpcLogAppender;
import org.apache.ratis.rpc.RpcFactory;
import org.apache.ratis.rpc.RpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.leader.FollowerInfo;
import org.apache.ratis.server.leader.LeaderState;
import org.apache.ratis.server.leader.LogAppender;

/// Ratis' gRPC, with a leader that believes a member which says that it lacks entries it once had. Ratis
/// 3.3.0 goes back and forth between what the member says and what it had, so that a member that lost its
/// disk catches up by chance in a busy group and never in an idle one (RATIS-2523).
final class ForgetfulPeersRpc implements RpcType {
    /// Is called by Ratis, by the name of the class.
    ForgetfulPeersRpc() {}

    @Override
    public String name() {
        return getClass().getName();
    }

    @Override
    public RpcFactory newFactory(Parameters parameters) {
        return new Factory(parameters);
    }

    private static final class Factory extends GrpcFactory {
        Factory(Parameters parameters) {
            super(parameters);
        }

        @Override
        public LogAppender newLogAppender(RaftServer.Division server, LeaderState state, FollowerInfo follower) {
            return new Appender(server, state, follower);
        }
    }

    private static final class Appender extends GrpcLogAppender {
        Appender(RaftServer.Division server, LeaderState state, FollowerInfo follower) {
            super(server, state, follower);
        }

        /// To send what a member has already costs a message; not to send what it lacks leaves it behind for
        /// ever.
        @Override
        protected long getNextIndexForInconsistency(long requestFirstIndex, long replyNextIndex) {
            boolean lost = replyNextIndex <= getFollower().getMatchIndex() && replyNextIndex != requestFirstIndex;
            return lost ? replyNextIndex : super.getNextIndexForInconsistency(requestFirstIndex, replyNextIndex);
        }
    }
}
