package io.hark.channel.sim;

/// The network between a client and a transport: both directions keep their order and take their time;
/// either end can lose the other.
final class Link {
    private static final int NOTICE_MICROS = 15_000;
    private static final int LATE_MICROS = 60_000;

    private final Scheduler scheduler;
    private final SimConfig config;
    private final SimClient client;
    private ServerTransport server;
    private long lastToServer;
    private long lastToClient;
    private int lateMicros;
    private boolean cut;
    private boolean clientGone;

    Link(Scheduler scheduler, SimConfig config, SimClient client) {
        this.scheduler = scheduler;
        this.config = config;
        this.client = client;
    }

    void open(SimNode node, ServerTransport transport) {
        server = transport;
        lastToServer = scheduler.nowMicros() + scheduler.between(1, config.networkMicros());
        scheduler.at(lastToServer, () -> node.open(transport));
    }

    void toServer(ToServer frame) {
        lastToServer = Math.max(lastToServer, scheduler.nowMicros() + scheduler.between(1, config.networkMicros()));
        scheduler.at(lastToServer, () -> {
            if (clientGone) {
                // It was sent once more on the way, while the client has long opened another transport.
                scheduler.after(lateMicros, () -> deliver(frame));
            } else {
                deliver(frame);
            }
        });
    }

    private void deliver(ToServer frame) {
        if (!cut) {
            server.loop().execute(() -> server.received(frame));
        }
    }

    void toClient(ToClient frame) {
        lastToClient = Math.max(lastToClient, scheduler.nowMicros() + scheduler.between(1, config.networkMicros()));
        scheduler.at(lastToClient, () -> {
            if (!clientGone) {
                client.arrived(frame);
            }
        });
    }

    void taken() {
        server.taken();
    }

    /// The client loses the transport. What it sent may still arrive; the node notices some time later.
    void clientLost() {
        clientGone = true;
        cut = scheduler.chance(0.5);
        lateMicros = scheduler.between(1, LATE_MICROS);
        long notices = Math.max(lastToServer, scheduler.nowMicros()) + lateMicros + scheduler.between(1, 200_000);
        scheduler.at(notices, () -> server.loop().execute(server::end));
    }

    /// The node is gone or closes the transport. What is on its way to the client arrives, then it notices.
    void serverLost() {
        long notices = Math.max(lastToClient, scheduler.nowMicros()) + scheduler.between(1, NOTICE_MICROS);
        scheduler.at(notices, () -> {
            if (!clientGone) {
                clientGone = true;
                client.transportLost();
            }
        });
    }
}
