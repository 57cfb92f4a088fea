package io.hark.cluster.membership;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jgroups.Address;
import org.jgroups.JChannel;
import org.jgroups.Receiver;
import org.jgroups.View;
import org.jgroups.util.ExtendedUUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Handle: the nodes of the region that this node can see. A hint: while a network is cut each part sees only
/// itself, and a node that is slow can be missing for a while.
public final class Membership implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Membership.class);
    private static final String NODE = "n";
    private static final String INCARNATION = "i";
    private static final int CONNECTS_MAX = 5;

    private final Life self;
    private final JChannel channel;
    private final Consumer<Set<Life>> onView;
    private final AtomicBoolean tellWaits = new AtomicBoolean();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("hark-membership").factory());
    private volatile Set<Life> present;

    private Membership(MembershipConfig config, Life self, Consumer<Set<Life>> onView) throws Exception {
        this.self = self;
        this.onView = onView;
        this.present = Set.of(self);
        String address = InetAddress.getByName(config.host()).getHostAddress();
        try (InputStream stack =
                new ByteArrayInputStream(JGroupsStack.xml(config, address).getBytes(StandardCharsets.UTF_8))) {
            this.channel = new JChannel(stack);
        }
        channel.setName(self.node());
        channel.addAddressGenerator(this::address);
        channel.setDiscardOwnMessages(true);
        channel.setReceiver(new Views());
    }

    /// Joins the region, or is the first of it. Blocks until the node is in a view, which is some seconds
    /// when others are named that do not answer.
    ///
    /// @param onView is called on a thread of the membership's own with the lives in each new view, this
    ///               node's among them; views that come while it is busy are left out, except the last
    /// @throws UncheckedIOException when the host or a port cannot be used, or after some attempts to join
    public static Membership join(MembershipConfig config, Life self, Consumer<Set<Life>> onView) {
        try {
            Membership membership = new Membership(config, self, onView);
            membership.connect(config.region());
            return membership;
        } catch (Exception e) { // JGroups throws nothing more precise.
            throw new UncheckedIOException(new IOException(
                    "'%s' cannot join its region at %s, ports %d and %d"
                            .formatted(
                                    self.node(),
                                    config.host(),
                                    config.port(),
                                    config.port() + MembershipConfig.DETECTION_PORTS_ABOVE),
                    e));
        }
    }

    private void connect(String region) throws Exception {
        try {
            for (int attempt = 1; ; attempt++) {
                try {
                    channel.connect(region);
                    return;
                } catch (Exception e) {
                    if (attempt == CONNECTS_MAX || e.getCause() instanceof IOException || e instanceof IOException) {
                        throw e;
                    }
                    log.warn("attempt {} to join region {} failed", attempt, region, e);
                }
            }
        } catch (Exception e) {
            close();
            throw e;
        }
    }

    private Address address() {
        return ExtendedUUID.randomUUID(self.node())
                .put(NODE, self.node().getBytes(StandardCharsets.UTF_8))
                .put(INCARNATION, self.incarnation().getBytes(StandardCharsets.UTF_8));
    }

    private static Optional<Life> life(Address address) {
        if (address instanceof ExtendedUUID member) {
            byte[] node = member.get(NODE);
            byte[] incarnation = member.get(INCARNATION);
            if (node != null && incarnation != null) {
                return Optional.of(new Life(
                        new String(node, StandardCharsets.UTF_8), new String(incarnation, StandardCharsets.UTF_8)));
            }
        }
        log.warn("{} is no node of ours", address);
        return Optional.empty();
    }

    private final class Views implements Receiver {
        @Override
        public void viewAccepted(View view) {
            present = view.getMembers().stream()
                    .flatMap(member -> life(member).stream())
                    .collect(Collectors.toUnmodifiableSet());
            if (tellWaits.compareAndSet(false, true)) {
                try {
                    thread.execute(Membership.this::tell);
                } catch (RejectedExecutionException e) {
                    log.debug("a view while leaving", e);
                }
            }
        }
    }

    private void tell() {
        tellWaits.set(false);
        try {
            onView.accept(present);
        } catch (RuntimeException e) {
            log.error("a view was not taken note of", e);
        }
    }

    /// The lives in the last view.
    public Set<Life> present() {
        return present;
    }

    JChannel channel() {
        return channel;
    }

    /// Leaves, so that the others miss this node at once.
    @Override
    public void close() {
        channel.close();
        thread.shutdown();
    }
}
