// node presence-failover.mjs <key> <port> <otherPort> <channel> <killedPort>
// Two connections by two nodes have as many members on a channel as take several pages, and update them without a break,
// while others come and ask who is there. At the end the node that was killed has to be back.
import { awaited, client, done, untilTheEnd } from './until-the-end.mjs';

const MEMBERS = 150;

const [key, port, otherPort, name, killedPort] = process.argv.slice(2);
const watchers = [port, otherPort].map((each) => client(each, { key }).channels.get(name));
let left = 0;
for (const watcher of watchers) {
  await watcher.presence.subscribe('leave', () => (left += 1));
}
const editors = await Promise.all(
  [port, otherPort].map(async (each, editor) => {
    const channel = client(each, { key }).channels.get(name);
    await channel.attach();
    const ids = Array.from({ length: MEMBERS }, (_, member) => `member ${editor} ${member}`);
    await Promise.all(ids.map((id) => channel.presence.enterClient(id, '-')));
    return { channel, ids, data: new Map(ids.map((id) => [id, '-'])) };
  }),
);

/** The set as somebody who comes now is told it. */
async function askedBy(newcomer) {
  const members = await newcomer.channels.get(name).presence.get();
  newcomer.close();
  return members;
}
const updating = editors.map(({ channel, ids, data }) =>
  untilTheEnd(async (count) => {
    const id = ids[count % ids.length];
    await channel.presence.updateClient(id, String(count));
    data.set(id, String(count));
  }),
);
const wrong = [];
const asking = untilTheEnd(async (count) => {
  const members = await askedBy(client([port, otherPort][count % 2], { key }));
  if (members.length !== 2 * MEMBERS) {
    wrong.push(members.length);
  }
});
await Promise.all([...updating, asking]);

const expected = new Map(editors.flatMap(({ data }) => [...data]));
const areAll = (members) =>
  members.length === expected.size && members.every(({ clientId, data }) => expected.get(clientId) === data);
const agreed = async () => (await Promise.all(watchers.map((watcher) => watcher.presence.get()))).every(areAll);
await awaited(agreed);
const newcomers = [port, otherPort, killedPort].map((each) => client(each, { key }));
done({ agreed: await agreed(), told: (await Promise.all(newcomers.map(askedBy))).map(areAll), wrong, left });
