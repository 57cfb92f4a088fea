// node chat-failover.mjs <key> <port> <otherPort> <channel>
// Two people in a chat room, each by another node, who send, edit and react without a break. What both have in the end must
// be what was acknowledged, each once.
import { ChatClient } from '@ably/chat';
import { awaited, client, done, everything, untilTheEnd } from './until-the-end.mjs';

const [key, port, otherPort, channel] = process.argv.slice(2);
const name = channel.slice(0, channel.indexOf('::$chat'));
const breaks = [];

async function join(clientId, node) {
  const realtime = client(node, { key, clientId });
  const room = await new ChatClient(realtime, { logLevel: 'silent' }).rooms.get(name);
  const told = { created: [], edited: [], summary: {} };
  room.onDiscontinuity((reason) => breaks.push(reason.message));
  room.messages.subscribe(({ type, message }) =>
    type === 'message.created' ? told.created.push(message.text) : told.edited.push(message.text));
  room.messages.reactions.subscribe(({ reactions }) => (told.summary = reactions.multiple['👍']?.clientIds));
  await room.attach();
  await room.presence.enter();
  return { clientId, room, told };
}

const people = [await join('ann', port), await join('bob', otherPort)];
const edited = await people[0].room.messages.send({ text: 'edit 0' });

const sending = people.map(({ clientId, room }) =>
  untilTheEnd((count) => room.messages.send({ text: `${clientId} ${count}` })));
const editing = untilTheEnd((count) =>
  people[0].room.messages.update(edited.serial, { text: `edit ${count + 1}` }));
const reacting = people.map(({ room }) =>
  untilTheEnd(() => room.messages.reactions.send(edited.serial, { type: 'multiple', name: '👍' })));
const sent = await Promise.all(sending);
const edits = await editing;
const reactions = await Promise.all(reacting);

/** Whether the texts are everything that was sent, each once, and each person's in order. */
function areAll(texts) {
  return texts.length === sent[0] + sent[1] && people.every(({ clientId }, person) => {
    const own = texts.filter((text) => text.startsWith(clientId));
    return own.length === sent[person] && own.every((text, count) => text === `${clientId} ${count}`);
  });
}
const areEdits = (texts) => texts.length === edits && texts.every((text, count) => text === `edit ${count + 1}`);
const areReactions = (counts) => counts?.ann === reactions[0] && counts?.bob === reactions[1];
const toldAll = ({ told }) =>
  areAll(told.created.filter((text) => text !== 'edit 0')) && areEdits(told.edited) && areReactions(told.summary);
await awaited(() => people.every(toldAll));

/** What the room's history says by the person's node. */
async function read({ room }) {
  const messages = await everything(room.messages.history({ orderBy: 'oldestFirst', limit: 1000 }));
  const texts = messages.map(({ text }) => text);
  const latest = await room.messages.get(edited.serial);
  const versions = await everything(room.messages.getVersions(edited.serial));
  return {
    history: texts[0] === `edit ${edits}` && areAll(texts.slice(1)),
    latest: latest.text === `edit ${edits}` && areReactions(latest.reactions.multiple['👍'].clientIds),
    versions: versions.length === edits + 1,
  };
}
const present = await Promise.all(people.map(({ room }) => room.presence.get()));
done({
  sent: sent[0] + sent[1],
  edits,
  reactions: reactions[0] + reactions[1],
  breaks,
  told: people.map(toldAll),
  present: present.map((members) => members.map(({ clientId }) => clientId).sort().join()),
  read: [await read(people[0]), await read(people[1])],
});
