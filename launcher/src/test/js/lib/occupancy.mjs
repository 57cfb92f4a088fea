// node occupancy.mjs <key> <port>,<port>,<port> <channel>
// Watches a channel's occupancy through each of three nodes, while clients are on it through each of them. Says when all
// know of all; then somebody else ends the first node and writes a line. Says when the others know that its clients are
// gone, then when they know of one who has come since.
import * as Ably from 'ably';
import { once } from 'node:events';

const [key, ports, name] = process.argv.slice(2);
const say = (event) => console.log(JSON.stringify(event));
const client = (port) =>
  new Ably.Realtime({ key, endpoint: 'localhost', port: Number(port), tls: false, useBinaryProtocol: true, logLevel: 0 });

const clients = [];
const attach = async (port, options) => {
  clients.push(client(port));
  await clients.at(-1).channels.get(name, options).attach();
};

const watchers = await Promise.all(
  ports.split(',').map(async (port) => {
    const watcher = { told: [], client: client(port) };
    const channel = watcher.client.channels.get(name, { params: { occupancy: 'metrics.subscribers' } });
    await channel.subscribe('[meta]occupancy', ({ data }) => watcher.told.push(data.metrics.subscribers));
    return watcher;
  }),
);

async function until(those, subscribers) {
  const deadline = Date.now() + 40_000;
  while (those.some(({ told }) => told.at(-1) !== subscribers)) {
    if (Date.now() > deadline) {
      throw new Error(`not ${subscribers} everywhere: ${JSON.stringify(those.map(({ told }) => told))}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

await Promise.all(ports.split(',').flatMap((port) => [attach(port), attach(port)]));
await until(watchers, 9);
const left = watchers.slice(1);
left.forEach((watcher) => watcher.told.splice(0));
say({ all: 9 });
await once(process.stdin, 'data');
await until(left, 6);
say({ left: 6, least: Math.min(...left.flatMap(({ told }) => told)) });
await attach(ports.split(',')[1]);
await until(left, 7);
say({ come: 7 });
process.exit(0);
