// node delta-failover.mjs <key> <subscribePort> <publishPort> <channel>
// Publishes a text that changes a little each time through one node, and has it as differences through the other, on a
// connection that loses its transport again and again.
import vcdiffDecoder from '@ably/vcdiff-decoder';
import { awaited, breaksOf, client, cut, done, totals, untilTheEnd } from './until-the-end.mjs';

const [key, subscribePort, publishPort, name] = process.argv.slice(2);
const text = (number) => `${'a text of some length '.repeat(100)}${number}${' and what stands behind it'.repeat(20)}`;

let differences = 0;
const vcdiff = {
  decode(delta, base) {
    differences += 1;
    return vcdiffDecoder.decode(delta, base);
  },
};
const subscriber = client(subscribePort, { key, plugins: { vcdiff }, disconnectedRetryTimeout: 500 });
const channel = subscriber.channels.get(name, { params: { delta: 'vcdiff' } });
const received = [];
const breaks = breaksOf(channel);
let undecodable = 0;
channel.on('attaching', ({ reason }) => (undecodable += reason?.code === 40018 ? 1 : 0));
await channel.subscribe((message) => received.push(message.data));

const target = client(publishPort, { key }).channels.get(name);
let cuts = 0;
await untilTheEnd(async (count) => {
  await target.publish('n', text(count));
  if (count % 100 === 99) {
    cuts += 1;
    cut(subscriber);
  }
});
await awaited(() => received.length >= totals.acknowledged);
done({
  received: received.length,
  whole: received.every((data, index) => data === text(index)),
  differences,
  cuts,
  undecodable,
  discontinuities: breaks.count,
});
