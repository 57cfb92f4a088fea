// node push.mjs <port>,<port>,<port>
// Registers a device through the first of three nodes and subscribes it to channels; then publishes to them through the
// second, one message after the other, each with a notification. Says of each that it was acknowledged. Somebody else ends
// the third node meanwhile, and writes a line when it is enough. Says then which notifications have arrived.
import * as Ably from 'ably';
import { once } from 'node:events';

const [first, second] = process.argv[2].split(',').map(Number);
const say = (event) => console.log(JSON.stringify(event));
const channels = Array.from({ length: 24 }, (_, i) => `pushenabled:${i}`);
const options = (port) => ({ endpoint: 'localhost', port, tls: false, logLevel: 0 });

async function eventually(action, within = 40_000) {
  const deadline = Date.now() + within;
  for (;;) {
    try {
      return await action();
    } catch (error) {
      if (Date.now() > deadline) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

const made = await fetch(`http://localhost:${first}/apps`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ keys: [{}], namespaces: [{ id: 'pushenabled', pushEnabled: true }] }),
});
const key = (await made.json()).keys[0].keyStr;
const { admin } = new Ably.Rest({ key, ...options(first) }).push;
const device = {
  id: 'device',
  platform: 'android',
  formFactor: 'phone',
  deviceSecret: 'secret',
  push: {
    recipient: { transportType: 'ablyChannel', channel: 'inbox', ablyKey: key, ablyUrl: `http://localhost:${second}` },
  },
};
await admin.deviceRegistrations.save(device);
for (const channel of channels) {
  await admin.channelSubscriptions.save({ channel, deviceId: device.id });
}

const client = new Ably.Realtime({ key, ...options(second) });
await eventually(() => client.channels.get('inbox').attach());
const received = [];
await client.channels.get('inbox').subscribe((message) => received.push(JSON.parse(message.data).data.number));

let enough = false;
once(process.stdin, 'data').then(() => (enough = true));
let published = 0;
for (; !enough; published++) {
  const channel = client.channels.get(channels[published % channels.length]);
  await channel.publish({ name: 'news', extras: { push: { data: { number: published } } } });
  say({ acknowledged: published });
}
await eventually(() => {
  if (new Set(received).size < published) {
    throw new Error(`${new Set(received).size} of ${published} have arrived`);
  }
});
const other = new Ably.Rest({ key, ...options(second) }).push.admin;
say({
  done: published,
  received: received.length,
  different: new Set(received).size,
  state: (await other.deviceRegistrations.get(device.id)).push.state,
  subscriptions: (await other.channelSubscriptions.list({ deviceId: device.id })).items.length,
});
process.exit(0);
