package io.hark.cluster.control;

import java.io.File;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.client.RaftClientConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/// The settings of Ratis: small buffers, as the log is small, few threads, fsync as it is by default.
final class RaftSettings {
    /// The longest command: Ratis wants each entry to fit into a segment and into the appender's buffer.
    static final int COMMAND_BYTES_MAX = 3 << 20;

    private static final int SNAPSHOTS_KEPT = 2;

    /// Entries that stay behind a snapshot, so that a follower that was away for a moment needs no snapshot.
    private static final int ENTRIES_KEPT = 100;

    /// A leader that lost its majority may stand again after this; Ratis says 10 s, in which a region of
    /// which only one node has every entry would have no leader.
    private static final Duration STEP_DOWN_WAIT = Duration.ofSeconds(1);

    private RaftSettings() {}

    static RaftProperties of(RaftConfig config) {
        RaftTimeouts timeouts = config.timeouts();
        RaftProperties properties = new RaftProperties();
        RaftConfigKeys.Rpc.setType(properties, new ForgetfulPeersRpc());

        RaftServerConfigKeys.setStorageDir(
                properties, List.of(config.dir().resolve("raft").toFile()));
        File removed = config.dir().resolve("removed").toFile();
        RaftServerConfigKeys.setRemovedGroupsDir(properties, removed);
        RaftServerConfigKeys.Rpc.setTimeoutMin(properties, of(timeouts.electionMin()));
        RaftServerConfigKeys.Rpc.setTimeoutMax(properties, of(timeouts.electionMax()));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(properties, of(timeouts.electionMin()));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(properties, of(timeouts.electionMax()));
        RaftServerConfigKeys.Rpc.setRequestTimeout(properties, of(timeouts.request()));
        RaftServerConfigKeys.Rpc.setSleepTime(properties, TimeDuration.valueOf(100, TimeUnit.MILLISECONDS));
        RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(properties, of(STEP_DOWN_WAIT));
        RaftClientConfigKeys.Rpc.setRequestTimeout(properties, of(timeouts.request()));

        RaftServerConfigKeys.Log.setSegmentSizeMax(properties, SizeInBytes.valueOf("4MB"));
        RaftServerConfigKeys.Log.setPreallocatedSize(properties, SizeInBytes.valueOf("64KB"));
        RaftServerConfigKeys.Log.setWriteBufferSize(properties, SizeInBytes.valueOf("8MB"));
        RaftServerConfigKeys.Log.Appender.setBufferByteLimit(properties, SizeInBytes.valueOf("4MB"));
        properties.set(RaftServerConfigKeys.Log.Appender.RETRY_POLICY_KEY, "10ms,20, 250ms,1000000");
        RaftServerConfigKeys.Log.setPurgeGap(properties, 1);
        RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(properties, true);
        RaftServerConfigKeys.Log.setPurgePreservationLogNum(properties, ENTRIES_KEPT);
        RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(properties, true);
        RaftServerConfigKeys.Snapshot.setAutoTriggerThreshold(properties, timeouts.snapshotEntries());
        RaftServerConfigKeys.Snapshot.setTriggerWhenStopEnabled(properties, false);
        RaftServerConfigKeys.Snapshot.setRetentionFileNum(properties, SNAPSHOTS_KEPT);

        GrpcConfigKeys.Server.setHost(properties, config.host());
        GrpcConfigKeys.Server.setPort(properties, config.port());
        // Network threads are gRPC's own, which all its servers and clients share: groups of Ratis' own take
        // two seconds each to stop.
        return properties;
    }

    private static TimeDuration of(Duration duration) {
        return TimeDuration.valueOf(duration.toMillis(), TimeUnit.MILLISECONDS);
    }
}
