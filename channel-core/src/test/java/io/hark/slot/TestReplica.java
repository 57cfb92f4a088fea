package io.hark.slot;

import io.hark.channel.Append;
import io.hark.channel.ChannelId;
import io.hark.channel.ChannelImage;
import io.hark.channel.ChannelKey;
import io.hark.channel.DamagedEntry;
import io.hark.channel.IdHash;
import io.hark.channel.LogPage;
import io.hark.channel.MemberGrace;
import io.hark.channel.MetaEvent;
import io.hark.channel.ObjectsMemory;
import io.hark.channel.Receipt;
import io.hark.channel.RowsPage;
import io.hark.channel.RowsRead;
import io.hark.channel.SlotEffects;
import io.hark.channel.SlotImage;
import io.hark.channel.SlotLimits;
import io.hark.channel.SlotMeta;
import io.hark.channel.SlotOwner;
import io.hark.channel.StateChange;
import io.hark.channel.StoreView;
import io.hark.control.ControlCommand;
import io.hark.control.SlotAssignment;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/// One node's replica of [TestLog#SLOT], whose disk, links and control log do what the test says.
final class TestReplica implements ReplicaEffects, SlotEffects {
    static final Duration LAG_MAX = Duration.ofSeconds(2);
    static final int WINDOW = 2_000;
    static final int TAIL_MAX = 3_000;

    final List<Write> writes = new ArrayList<>();
    final List<Sent> sent = new ArrayList<>();
    final Set<String> up = new HashSet<>(Set.of("a", "b", "c", "d"));
    final List<Long> truncations = new ArrayList<>();
    final List<SlotImage> installs = new ArrayList<>();
    final List<Long> logReads = new ArrayList<>();
    final List<ControlCommand.IsrChange> isrProposals = new ArrayList<>();
    final List<ControlCommand.Step> transfers = new ArrayList<>();
    final List<Integer> served = new ArrayList<>();
    final List<String> fatals = new ArrayList<>();
    final SlotReplica replica;
    final String self;
    int wipes;
    int proven;
    int endings;
    long uncommitted;
    long now = TestLog.NOW;
    SlotAssignment assignment;
    int minIsr = 1;

    /// What the disk answers to [#truncate]; the next meta, or that it cannot be cut there.
    Optional<SlotMeta> cut = Optional.empty();

    /// What the disk holds for followers.
    List<LogPage> pages = new ArrayList<>();

    List<SlotImage> images = new ArrayList<>();
    boolean imagesFail;
    private final ArrayDeque<Runnable> answers = new ArrayDeque<>();
    private boolean pumpDue;

    record Write(Append append, int generation) {
        long lsn() {
            return append.head().lsn();
        }
    }

    record Sent(String to, PeerMessage message) {}

    TestReplica(String self, SlotMeta recovered) {
        this(self, recovered, false);
    }

    TestReplica(String self, SlotMeta recovered, boolean unproven) {
        this.self = self;
        SlotConfig config = new SlotConfig(
                SlotLimits.DEFAULTS,
                new MemberGrace(15_000, TestLog.POLICY),
                1 << 20,
                100,
                WINDOW,
                TAIL_MAX,
                1 << 20,
                8,
                LAG_MAX,
                Duration.ofSeconds(10),
                PlantedBug.NONE);
        replica = new SlotReplica(recovered, unproven, self, this, config);
    }

    /// The control log says so in a new version.
    void assign(int epoch, String owner, List<String> isr, List<String> replicas, String movingTo) {
        int version = assignment == null ? 1 : assignment.version() + 1;
        assignment = new SlotAssignment(TestLog.SLOT, version, epoch, owner, isr, replicas, isr, 1, movingTo);
        replica.assigned(assignment, minIsr, true, now);
        settle();
    }

    void assign(int epoch, String owner, String... isr) {
        assign(epoch, owner, List.of(isr), List.of(isr), SlotAssignment.NOBODY);
    }

    /// Takes what comes from another node, and does what is due at the end of the turn.
    void receive(String from, PeerMessage message) {
        switch (message) {
            case PeerMessage.Append append -> replica.append(from, append);
            case PeerMessage.Install install -> replica.install(from, install);
            case PeerMessage.Rejected rejected -> replica.rejected(rejected);
            case PeerMessage.AskFollows ask -> replica.askFollows(from, ask);
            case PeerMessage.Follows follows -> replica.leader().ifPresent(leader -> leader.follows(from, follows));
            case PeerMessage.Appended confirmed -> leader().confirmed(from, confirmed, now);
            case PeerMessage.Mismatch mismatch -> leader().mismatch(from, mismatch, now);
            case PeerMessage.Installed installed -> leader().installed(from, installed, now);
            default -> throw new AssertionError(message);
        }
        settle();
    }

    SlotLeader leader() {
        return replica.leader().orElseThrow();
    }

    /// A replica tells that it has everything up to here.
    void confirm(String from, long lsn) {
        receive(from, new PeerMessage.Appended(TestLog.SLOT, replica.promised(), assignment.version(), lsn));
    }

    void mismatch(String from, SlotMeta meta) {
        receive(from, new PeerMessage.Mismatch(TestLog.SLOT, replica.promised(), meta));
    }

    /// Everything that was written so far is durable.
    void durable() {
        writes.forEach(write -> replica.durable(write.lsn(), write.generation()));
        settle();
    }

    /// Time passes, and the loop looks around.
    void pass(Duration time) {
        now += time.toMillis();
        replica.leader().ifPresent(leader -> leader.tick(now));
        settle();
    }

    private void settle() {
        while (pumpDue) {
            pumpDue = false;
            replica.pump(true, now);
        }
    }

    /// The disk answers everything that it was asked.
    void answer() {
        while (!answers.isEmpty()) {
            answers.remove().run();
            settle();
        }
    }

    List<PeerMessage> takeSent(String to) {
        List<PeerMessage> taken = sent.stream()
                .filter(each -> each.to().equals(to))
                .map(Sent::message)
                .toList();
        sent.removeIf(each -> each.to().equals(to));
        return taken;
    }

    /// The LSNs of the records that were sent to the node.
    List<Long> takeSentLsns(String to) {
        return takeSent(to).stream()
                .filter(PeerMessage.Append.class::isInstance)
                .flatMap(message -> ((PeerMessage.Append) message).records().stream())
                .map(record -> record.lsn())
                .toList();
    }

    @Override
    public void write(Append append, int generation) {
        writes.add(new Write(append, generation));
    }

    @Override
    public void truncate(int slot, long lsn, BiConsumer<Optional<SlotMeta>, Throwable> answer) {
        truncations.add(lsn);
        answers.add(() -> answer.accept(cut, null));
    }

    @Override
    public void wipe(int slot, BiConsumer<Void, Throwable> answer) {
        wipes++;
        answers.add(() -> answer.accept(null, null));
    }

    @Override
    public void install(SlotMeta meta, SlotImage page, BiConsumer<Void, Throwable> answer) {
        installs.add(page);
        answers.add(() -> answer.accept(null, null));
    }

    @Override
    public void proven(int slot) {
        proven++;
    }

    @Override
    public void readLog(int slot, long afterLsn, BiConsumer<LogPage, Throwable> answer) {
        logReads.add(afterLsn);
        answers.add(() -> answer.accept(pages.removeFirst(), null));
    }

    @Override
    public void readImage(int slot, byte[] from, BiConsumer<SlotImage, Throwable> answer) {
        answers.add(() -> {
            if (imagesFail) {
                answer.accept(null, new DamagedEntry("a bit is not what it was"));
            } else {
                answer.accept(images.removeFirst(), null);
            }
        });
    }

    @Override
    public void send(String node, PeerMessage message) {
        if (up.contains(node)) {
            sent.add(new Sent(node, message));
        }
    }

    @Override
    public boolean isUp(String node) {
        return up.contains(node);
    }

    @Override
    public void propose(ControlCommand.IsrChange change) {
        isrProposals.add(change);
    }

    @Override
    public void proposeTransfer(ControlCommand.Step step) {
        transfers.add(step);
    }

    @Override
    public SlotOwner open(SlotMeta meta, int epoch, int lineage) {
        return new SlotOwner(
                meta, epoch, lineage, "eu", this, SlotLimits.DEFAULTS, new MemberGrace(15_000, TestLog.POLICY), now);
    }

    @Override
    public void serving(int slot, int epoch) {
        served.add(epoch);
    }

    @Override
    public void ended(int slot) {
        endings++;
    }

    @Override
    public void pumpLater(SlotReplica ignored) {
        pumpDue = true;
    }

    @Override
    public void uncommitted(long change) {
        uncommitted += change;
    }

    @Override
    public void fatal(String what) {
        fatals.add(what);
    }

    @Override
    public void report(MetaEvent event) {
        // Nobody listens.
    }

    @Override
    public void append(Append append) {
        replica.appendOwn(append);
    }

    @Override
    public void findId(ChannelKey channel, IdHash id, BiConsumer<Optional<Receipt>, Throwable> answer) {
        answers.add(() -> answer.accept(Optional.empty(), null));
    }

    @Override
    public void rows(List<RowsRead> reads, BiConsumer<List<RowsPage>, Throwable> answer) {
        answers.add(() -> answer.accept(
                reads.stream().map(read -> new RowsPage(List.of(), false)).toList(), null));
    }

    @Override
    public void changed(ChannelId channel, List<StateChange> changes) {}

    @Override
    public void load(ChannelKey channel, BiConsumer<ChannelImage, Throwable> answer) {
        answer.accept(new ChannelImage(0, List.of()), null);
    }

    @Override
    public <T> void consult(StoreView.Reading<T> reading, BiConsumer<T, Throwable> answer) {
        throw new UnsupportedOperationException("nothing here changes messages");
    }

    @Override
    public long wallMillis() {
        return now;
    }

    @Override
    public ObjectsMemory objectsMemory() {
        return new ObjectsMemory(1 << 20);
    }

    @Override
    public boolean overloaded() {
        return false;
    }
}
