// node persist-last.mjs <key> <port> <channel> <otherChannel> <json|msgpack>
// Publishes two messages at once on a channel that keeps its last publish, and one on another. Once the other one's log
// has expired, prints one line of JSON: what is left of the first channel.
import * as Ably from 'ably';

const [key, port, name, otherName, format] = process.argv.slice(2);
const options = { key, endpoint: 'localhost', port: Number(port), tls: false, useBinaryProtocol: format === 'msgpack' };
const client = new Ably.Realtime(options);
const rest = new Ably.Rest(options);
const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

/** Attaches anew, and answers whether something came with it, and what. */
async function attach(channelName, rewind) {
  const channel = client.channels.get(channelName, { params: { rewind } });
  const messages = [];
  const listener = (message) => messages.push(message.data);
  const change = new Promise((resolve) => channel.once('attached', resolve));
  await channel.subscribe(listener);
  const { hasBacklog } = await change;
  while (hasBacklog && messages.length === 0) {
    await pause(10);
  }
  await channel.detach();
  channel.unsubscribe(listener);
  client.channels.release(channelName);
  return { hasBacklog: Boolean(hasBacklog), messages };
}

async function history(limit) {
  const pages = [];
  for (let page = await rest.channels.get(name).history({ limit }); page; page = page.hasNext() ? await page.next() : null) {
    pages.push(page.items.map(({ data }) => data));
  }
  return pages;
}

await rest.channels.get(name).publish('event', 'earlier');
await rest.channels.get(name).publish([{ data: 'one' }, { data: 'two' }]);
await rest.channels.get(otherName).publish('event', 'other');
const before = await attach(name, '1');
while ((await attach(otherName, '1')).hasBacklog) {
  await pause(200);
}
console.log(
  JSON.stringify({
    before: before.messages,
    rewound: (await attach(name, '1')).messages,
    rewoundTwo: await attach(name, '2'),
    last: await history(1),
    all: await history(100),
  }),
);
client.close();
