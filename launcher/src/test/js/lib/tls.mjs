// node tls.mjs <key> <tlsPort> <plainPort>, with the authority in NODE_EXTRA_CA_CERTS: an SDK over TLS, by each transport.
// Says "up" and reads a line from standard input; whoever runs it changes the node's certificate in between.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as Ably from 'ably';
import { eventually, inbox, reaches, uniqueName } from './hark.mjs';

const [key, tlsPort, plainPort] = process.argv.slice(2);
const options = { key, endpoint: 'localhost', tls: true, tlsPort: Number(tlsPort), logLevel: 0 };
const kinds = ['web_socket', 'comet'].flatMap((transport) =>
  [false, true].map((useBinaryProtocol) => ({ ...options, transports: [transport], useBinaryProtocol })),
);

try {
  const name = uniqueName();
  const clients = kinds.map((kind) => new Ably.Realtime(kind));
  const inboxes = await Promise.all(clients.map((client) => inbox(client.channels.get(name))));
  await clients[0].channels.get(name).publish('event', 'ü'.repeat(30_000));
  await Promise.all(inboxes.map((received) => received.count(1)));
  assert.ok(inboxes.every((received) => received.data[0] === 'ü'.repeat(30_000)));
  const page = await new Ably.Rest(options).channels.get(name).history();
  assert.equal(page.items.length, 1);

  const plain = new Ably.Realtime({ ...options, tls: false, port: Number(plainPort) });
  const refused = await reaches(plain.connection, 'failed');
  assert.equal(refused.reason.code, 40103);
  for (const kind of kinds) {
    const wrong = new Ably.Realtime({ ...kind, key: `${key}x` });
    assert.equal((await reaches(wrong.connection, 'failed')).reason.code, 40101);
  }

  console.log('up');
  await once(process.stdin, 'data');
  // Those that were there go on; new ones see the new certificate, which their authority vouches for, too.
  const late = new Ably.Realtime(kinds[0]);
  await late.channels.get(name).publish('event', 'after the change');
  await Promise.all(inboxes.map((received) => received.count(2)));
  assert.ok(clients.every((client) => client.connection.state === 'connected'));
  const ids = clients.map((client) => client.connection.id);
  for (const client of clients) {
    client.connection.connectionManager.disconnectAllTransports();
  }
  await eventually(() => clients.every((client) => client.connection.state === 'connected'), 'all are back');
  await late.channels.get(name).publish('event', 'resumed');
  await Promise.all(inboxes.map((received) => received.count(3)));
  assert.deepEqual(clients.map((client) => client.connection.id), ids);
} catch (error) {
  console.log(error);
  process.exitCode = 1;
} finally {
  process.exit();
}
