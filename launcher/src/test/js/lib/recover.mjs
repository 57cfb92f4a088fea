// A process of its own that recovers a connection: node recover.mjs <key> <recoveryKey> <channel> <count>
import { connected, inbox, realtime } from './hark.mjs';

const [key, recover, name, count] = process.argv.slice(2);
const client = await connected(realtime({ key, recover }));
const channel = client.channels.get(name);
const attached = new Promise((resolve) => channel.once('attached', resolve));
const received = await inbox(channel);
await received.count(Number(count));
process.send({
  connectionId: client.connection.id,
  connectionKey: client.connection.key,
  reason: client.connection.errorReason ?? null,
  resumed: (await attached).resumed,
  received: received.data,
});
process.disconnect();
client.close();
