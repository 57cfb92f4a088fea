// A TCP relay between a client and the node, whose sockets a test can destroy under the SDK.
import net from 'node:net';
import { host, port } from './hark.mjs';

export async function cuttableProxy() {
  const sockets = new Set();
  const nodes = new Set();
  let refusing = false;
  let webSockets = true;
  let bytesToClients = 0;
  const server = net.createServer((client) => {
    if (refusing) {
      client.destroy();
      return;
    }
    const node = net.connect({ host, port });
    nodes.add(node);
    node.on('close', () => nodes.delete(node));
    node.on('data', (bytes) => (bytesToClients += bytes.length));
    for (const [from, to] of [[client, node], [node, client]]) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on('data', (bytes) => {
        if (!webSockets && from === client && /^upgrade: *websocket/im.test(bytes.toString('latin1'))) {
          client.resetAndDestroy();
        } else {
          to.write(bytes);
        }
      });
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: server.address().port,
    bytesToClients: () => bytesToClients,
    /** Destroys every socket; new ones are accepted at once. */
    cut: () => sockets.forEach((socket) => socket.resetAndDestroy()),
    /** Destroys every socket and refuses new ones until `heal`. */
    partition() {
      refusing = true;
      this.cut();
    },
    heal: () => (refusing = false),
    /** Keeps back what the node sends on the sockets that are open, or lets it through again. */
    holdBack: (held) => nodes.forEach((node) => (held ? node.pause() : node.resume())),
    /** Lets no WebSocket through, as some companies' proxies do, or lets them again; those that are open stay. */
    letWebSockets: (allowed) => (webSockets = allowed),
    close() {
      this.partition();
      server.close();
    },
  };
}
