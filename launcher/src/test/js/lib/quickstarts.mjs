// What the guides of Ably Chat and Ably Spaces have a newcomer do, step by step and with nothing else, in Node.js and in a
// browser. Each answers with what its clients saw.

async function until(condition, what) {
  const deadline = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > deadline) {
      throw new Error(`not within 20 s: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Connect, send, edit, read what was said before, type, be present, react, close. */
export async function chatQuickstart({ Ably, ChatClient }, options, roomName) {
  const seen = { statuses: [], messages: [], typing: [], presence: [], reactions: [], room: [] };
  const realtimeClient = new Ably.Realtime({ ...options, clientId: 'my-first-client' });
  const chatClient = new ChatClient(realtimeClient);
  chatClient.connection.onStatusChange((change) => seen.statuses.push(change.current));

  const room = await chatClient.rooms.get(roomName);
  room.onStatusChange((change) => seen.room.push(change.current));
  await room.attach();
  room.messages.subscribe((event) => seen.messages.push(`${event.type} ${event.message.text}`));
  const first = await room.messages.send({ text: 'My first message!' });
  await room.messages.update(first.serial, { text: 'My first message! (edited)' });
  await room.messages.send({ text: 'My second message!' });

  const secondClient = new Ably.Realtime({ ...options, clientId: 'my-second-client' });
  const secondRoom = await new ChatClient(secondClient).rooms.get(roomName);
  await secondRoom.attach();
  const { historyBeforeSubscribe } = secondRoom.messages.subscribe(() => {});
  const past = await historyBeforeSubscribe({ limit: 10 });
  seen.past = past.items.map((message) => `${message.clientId}: ${message.text}`);

  room.typing.subscribe((event) => seen.typing.push([...event.currentlyTyping].join()));
  await room.typing.keystroke();
  await room.typing.stop();

  room.presence.subscribe((event) => seen.presence.push(`${event.type} ${event.member.clientId} ${event.member.data}`));
  await room.presence.enter("I'm here!");
  await room.presence.leave("I'm leaving!");

  room.reactions.subscribe((event) => seen.reactions.push(`${event.reaction.clientId} ${event.reaction.name}`));
  await secondRoom.reactions.send({ name: '👍' });
  await until(
    () => seen.messages.length === 3 && seen.typing.length === 2 && seen.presence.length === 2 && seen.reactions.length === 1,
    `everything, but only ${JSON.stringify(seen)}`,
  );
  const all = structuredClone(seen);
  realtimeClient.close();
  secondClient.close();
  await until(() => realtimeClient.connection.state === 'closed', 'the end of the connection');
  return all;
}

export const chatSeen = {
  statuses: ['connected'],
  room: ['attaching', 'attached'],
  messages: [
    'message.created My first message!',
    'message.updated My first message! (edited)',
    'message.created My second message!',
  ],
  past: ['my-first-client: My second message!', 'my-first-client: My first message! (edited)'],
  typing: ['my-first-client', ''],
  presence: ["enter my-first-client I'm here!", "leave my-first-client I'm leaving!"],
  reactions: ['my-second-client 👍'],
};

/**
 * Enter a space, be seen by another member, set a location, lock a component, move the cursor.
 *
 * @param onMove hands the listener to whatever tells of moves of the pointer, until it has told of some
 */
export async function spacesQuickstart({ Ably, Spaces }, options, spaceName, onMove) {
  const seen = { states: [], members: [], locations: [], locks: [], cursors: [] };
  const client = new Ably.Realtime({ ...options, clientId: 'clemons' });
  // Only so that the end of the program need not wait for two minutes.
  const spaceOptions = { offlineTimeout: 1_000 };
  const space = await new Spaces(client).get(spaceName, spaceOptions);
  space.subscribe('update', (state) => seen.states.push(state.members.length));
  await space.enter({ username: 'Claire Lemons' });

  const other = new Ably.Realtime({ ...options, clientId: 'amint' });
  const otherSpace = await new Spaces(other).get(spaceName, spaceOptions);
  await otherSpace.enter({ username: 'Arit Mint' });
  await until(async () => (await otherSpace.members.getOthers()).length === 1, 'the other member');

  otherSpace.members.subscribe('leave', (member) => seen.members.push(`${member.profileData.username} leaves`));
  otherSpace.locations.subscribe('update', (update) => seen.locations.push(update.currentLocation));
  otherSpace.locks.subscribe('update', (lock) => seen.locks.push(`${lock.id} ${lock.status} ${lock.member.clientId}`));
  otherSpace.cursors.subscribe('update', (cursor) => seen.cursors.push(cursor.position));
  space.cursors.subscribe('update', () => {});

  await space.locations.set({ slide: '3', component: 'slide-title' });
  // Whatever is said next repeats the location as the SDK knows it, which may be told only after the acknowledgement.
  await until(async () => (await space.locations.getSelf())?.slide === '3', 'the own location');
  await space.locks.acquire('slide-title');
  await until(() => seen.locks.length === 1, 'the lock');
  await onMove(
    ({ clientX, clientY }) => space.cursors.set({ position: { x: clientX, y: clientY } }),
    () => seen.cursors.length > 0,
  );
  await space.leave();
  await until(() => seen.members.length === 1 && seen.locks.length === 2, `the end, but only ${JSON.stringify(seen)}`);
  for (const each of [space, otherSpace]) {
    await until(async () => (await each.members.getAll()).length === 1, 'the one who left is removed');
  }
  await until(() => seen.locations.length === 2, 'its location is taken away');
  client.close();
  other.close();
  return { ...seen, states: Math.max(...seen.states) };
}

/** @param positions of the cursor, which are as many as were noticed */
export const spacesSeen = (positions) => ({
  states: 2,
  members: ['Claire Lemons leaves'],
  locations: [{ slide: '3', component: 'slide-title' }, null],
  locks: ['slide-title locked clemons', 'slide-title unlocked clemons'],
  cursors: positions,
});
