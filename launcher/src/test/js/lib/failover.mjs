// node failover.mjs <key> <subscribePort> <publishPort> <channel>
// Subscribes through one node and publishes through another, message after message, each awaited. Prints one line of JSON
// for each thing that somebody else waits for; a line on standard input ends it.
import * as Ably from 'ably';
import readline from 'node:readline';

const [key, subscribePort, publishPort, name] = process.argv.slice(2);
const client = (port) =>
  new Ably.Realtime({ key, endpoint: 'localhost', port: Number(port), tls: false, useBinaryProtocol: true });
const say = (event) => console.log(JSON.stringify(event));

const subscriber = client(subscribePort);
const publisher = client(publishPort);
const received = [];
const discontinuities = [];
const channel = subscriber.channels.get(name);
channel.on('update', (change) => discontinuities.push(change.resumed));
await channel.subscribe((message) => received.push(message.data));

const target = publisher.channels.get(name);
let ended = false;
readline.createInterface({ input: process.stdin }).once('line', () => {
  ended = true;
});
let acknowledged = 0;
let longestPauseMillis = 0;
while (!ended) {
  const begun = performance.now();
  await target.publish('n', String(acknowledged));
  longestPauseMillis = Math.max(longestPauseMillis, performance.now() - begun);
  acknowledged += 1;
  if (acknowledged % 50 === 0) {
    say({ acknowledged });
  }
}
const deadline = Date.now() + 20_000;
while (received.length < acknowledged && Date.now() < deadline) {
  await new Promise((resolve) => setTimeout(resolve, 10));
}
say({
  done: true,
  acknowledged,
  received: received.length,
  missing: Array.from({ length: acknowledged }, (_, index) => String(index))
    .filter((data) => !received.includes(data))
    .slice(0, 20),
  inOrder: received.every((data, index) => data === String(index)),
  discontinuities: discontinuities.filter((resumed) => !resumed).length,
  longestPauseMillis: Math.round(longestPauseMillis),
  subscriber: subscriber.connection.state,
});
subscriber.close();
publisher.close();
