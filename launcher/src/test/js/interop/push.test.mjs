// Push administration, activation and delivery, to channels of the node itself.
import assert from 'node:assert/strict';
import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { before, test } from 'node:test';
import Push from 'ably/push';
import { eventually, host, inbox, makeApp, port, realtime, refusal, rest, uniqueName } from '../lib/hark.mjs';

let appKeys;
before(async () => {
  ({ keys: appKeys } = await makeApp(
    [
      { '[*]*': ['*'] },
      { 'pushenabled:*': ['push-subscribe'] },
      { 'pushenabled:*': ['push-subscribe', 'publish'], 'pushenabled:admin:*': ['push-admin'] },
    ],
    { namespaces: [{ id: 'pushenabled', pushEnabled: true }] },
  ));
});

const admin = (options = {}) => rest({ key: appKeys[0], pushFullWait: true, ...options }).push.admin;
const recipient = (channel) => ({
  transportType: 'ablyChannel',
  channel,
  ablyKey: appKeys[0],
  ablyUrl: `http://${host}:${port}`,
});
const device = (more = {}) => ({
  id: uniqueName('device'),
  platform: 'android',
  formFactor: 'phone',
  deviceSecret: 'secret-of-it',
  push: { recipient: recipient(uniqueName('inbox')) },
  ...more,
});
const payload = { notification: { title: 'title', body: 'body' }, data: { foo: 'bar' } };
const normalised =
  '{"data":{"foo":"bar"},"notification":' +
  '{"body":"body","collapseKey":null,"icon":null,"sound":null,"title":"title","ttl":null}}';

async function all(page) {
  const items = [...page.items];
  for (let next = page; next.hasNext(); ) {
    next = await next.next();
    items.push(...next.items);
  }
  return items;
}

test('a device is kept, changed, found and removed', async () => {
  const { deviceRegistrations } = admin();
  const mine = device({ clientId: 'bob', metadata: { floor: 3 } });
  const saved = await deviceRegistrations.save(mine);
  assert.equal(saved.push.state, 'ACTIVE');
  const found = await deviceRegistrations.get(mine.id);
  assert.equal(found.deviceSecret, mine.deviceSecret);
  assert.deepEqual(found.push.recipient, mine.push.recipient);
  assert.deepEqual(found.metadata, { floor: 3 });

  await deviceRegistrations.save({ ...mine, clientId: 'alice' });
  assert.deepEqual((await deviceRegistrations.list({ clientId: 'bob' })).items, []);
  const [listed] = (await deviceRegistrations.list({ clientId: 'alice' })).items;
  assert.equal(listed.id, mine.id);
  assert.equal(listed.deviceSecret, undefined);

  await assert.rejects(deviceRegistrations.save({ ...mine, formFactor: 'toaster' }), { code: 40000 });
  await assert.rejects(deviceRegistrations.save({ ...mine, formFactor: 'tv' }), { code: 40100, statusCode: 401 });
  await deviceRegistrations.remove(mine.id);
  const gone = await refusal(() => deviceRegistrations.get(mine.id));
  assert.equal(gone.code, 40400);
  assert.match(gone.message, /not found/);
  await deviceRegistrations.remove(mine.id);
});

test('devices are listed page by page, exactly those that are there', async () => {
  const { keys: own } = await makeApp();
  const { deviceRegistrations } = rest({ key: own[0] }).push.admin;
  const ids = [];
  for (let i = 0; i < 7; i++) {
    ids.push((await deviceRegistrations.save(device({ clientId: i < 3 ? 'bob' : 'alice' }))).id);
  }
  const first = await deviceRegistrations.list({ limit: 2 });
  assert.equal(first.items.length, 2);
  assert.ok(first.hasNext());
  assert.deepEqual((await all(first)).map((each) => each.id).sort(), ids.toSorted());
  assert.equal((await first.first()).items[0].id, first.items[0].id);
  assert.equal((await all(await deviceRegistrations.list({ clientId: 'bob', limit: 2 }))).length, 3);
  assert.deepEqual(
    (await deviceRegistrations.list({ deviceId: ids[4] })).items.map((each) => each.id),
    [ids[4]],
  );
  await deviceRegistrations.removeWhere({ clientId: 'bob' });
  await deviceRegistrations.removeWhere({ deviceId: ids[6] });
  await deviceRegistrations.removeWhere({ deviceId: 'nobody' });
  assert.deepEqual((await all(await deviceRegistrations.list({}))).map((each) => each.id).sort(), ids.slice(3, 6).sort());
  await assert.rejects(deviceRegistrations.removeWhere({}), { code: 40000 });
});

test('subscriptions are kept, found by any filter, and go with their device', async () => {
  const { keys: own } = await makeApp([{ '*': ['*'] }], { namespaces: [{ id: 'pushenabled', pushEnabled: true }] });
  const { deviceRegistrations, channelSubscriptions } = rest({ key: own[0] }).push.admin;
  const mine = device();
  await deviceRegistrations.save(mine);
  const one = { channel: 'pushenabled:one', deviceId: mine.id };
  assert.deepEqual({ ...(await channelSubscriptions.save(one)) }, one);
  await channelSubscriptions.save(one);
  const others = [
    { channel: 'pushenabled:two', deviceId: mine.id },
    { channel: 'pushenabled:one', clientId: 'bob' },
    { channel: 'pushenabled:three', clientId: 'bob' },
  ];
  for (const other of others) {
    await channelSubscriptions.save(other);
  }
  const list = async (params) =>
    (await all(await channelSubscriptions.list({ limit: 2, ...params }))).map((item) => JSON.stringify(item)).sort();
  const texts = (...items) => items.map((item) => JSON.stringify(item)).sort();
  assert.deepEqual(await list({}), texts(one, ...others));
  assert.deepEqual(await list({ channel: 'pushenabled:one' }), texts(one, others[1]));
  assert.deepEqual(await list({ deviceId: mine.id }), texts(one, others[0]));
  assert.deepEqual(await list({ clientId: 'bob' }), texts(others[1], others[2]));
  assert.deepEqual(await list({ clientId: 'bob', channel: 'pushenabled:three' }), texts(others[2]));
  assert.deepEqual(
    await list({ clientId: 'bob', deviceId: mine.id, channel: 'pushenabled:one', concatFilters: true }),
    texts(one, others[1]),
  );
  await assert.rejects(channelSubscriptions.list({ clientId: 'bob', deviceId: mine.id }), { code: 40000 });
  const channels = async () => (await all(await channelSubscriptions.listChannels({ limit: 1 }))).sort();
  assert.deepEqual(await channels(), ['pushenabled:one', 'pushenabled:three', 'pushenabled:two']);

  await channelSubscriptions.remove({ channel: 'pushenabled:three', clientId: 'bob' });
  await channelSubscriptions.remove({ channel: 'pushenabled:three', clientId: 'bob' });
  assert.deepEqual(await channels(), ['pushenabled:one', 'pushenabled:two']);
  await deviceRegistrations.remove(mine.id);
  assert.deepEqual(await list({}), texts(others[1]));
  await channelSubscriptions.removeWhere({ clientId: 'bob' });
  assert.deepEqual(await channels(), []);
});

test('one cannot subscribe where push is not enabled, nor a device that is not there', async () => {
  const { channelSubscriptions } = admin();
  const refused = await refusal(() => channelSubscriptions.save({ channel: 'elsewhere:a', clientId: 'bob' }));
  assert.equal(refused.statusCode, 401);
  assert.match(refused.message, /not enabled/);
  await assert.rejects(channelSubscriptions.save({ channel: 'pushenabled:a', deviceId: 'nobody' }), { code: 40400 });
});

test('a notification reaches a recipient, a device and all devices of a client', async () => {
  const inboxes = [uniqueName('inbox'), uniqueName('inbox'), uniqueName('inbox')];
  const client = realtime({ key: appKeys[0] });
  const [direct, first, second] = await Promise.all(inboxes.map((name) => inbox(client.channels.get(name))));
  await admin().publish(recipient(inboxes[0]), payload);
  await direct.count(1);
  assert.equal(direct.messages[0].name, '__ably_push__');
  assert.equal(direct.messages[0].data, normalised);
  assert.ok(!direct.messages[0].encoding);

  const clientId = uniqueName('client');
  const devices = [1, 2].map((index) => device({ clientId, push: { recipient: recipient(inboxes[index]) } }));
  for (const each of devices) {
    await admin().deviceRegistrations.save(each);
  }
  await admin().publish({ deviceId: devices[0].id }, payload);
  await first.count(1);
  await admin().publish({ clientId }, payload);
  await Promise.all([first.count(2), second.count(1)]);
  await admin().publish({ clientId: 'nobody' }, payload);
  for (const wrong of [{ foo: 'bar' }, {}]) {
    assert.equal((await refusal(() => admin().publish(wrong, payload))).statusCode, 400);
  }
});

test('a batch reaches all its recipients, and says what is wrong with which of its items', async () => {
  const inboxes = [uniqueName('inbox'), uniqueName('inbox'), uniqueName('inbox')];
  const client = realtime({ key: appKeys[0] });
  const arrived = await Promise.all(inboxes.map((name) => inbox(client.channels.get(name))));
  for (const path of ['/push/batch/publish', '/push/admin/batch/publish']) {
    const answer = await rest({ key: appKeys[0] }).request('POST', path, 6, {}, [
      { recipient: recipient(inboxes[0]), payload },
      { recipient: { foo: 'bar' }, payload },
      { recipient: [recipient(inboxes[1]), recipient(inboxes[2])], payload },
    ]);
    assert.equal(answer.statusCode, 201);
    const [{ successCount, failureCount, results }] = answer.items;
    assert.deepEqual([successCount, failureCount], [2, 1]);
    assert.equal(results[1].error.statusCode, 400);
  }
  await Promise.all(arrived.map((each) => each.count(2)));
});

test('a message with extras.push reaches each subscribed device once, by itself or by its client', async () => {
  const channel = uniqueName('pushenabled:news');
  const clientId = uniqueName('client');
  const inboxes = [uniqueName('inbox'), uniqueName('inbox')];
  const client = realtime({ key: appKeys[0] });
  const [first, second] = await Promise.all(inboxes.map((name) => inbox(client.channels.get(name))));
  const devices = inboxes.map((name) => device({ clientId, push: { recipient: recipient(name) } }));
  for (const each of devices) {
    await admin().deviceRegistrations.save(each);
  }
  await admin().channelSubscriptions.save({ channel, clientId });
  await admin().channelSubscriptions.save({ channel, deviceId: devices[0].id });
  await client.channels.get(channel).publish({ name: 'a', data: 'x', extras: { push: payload } });
  await Promise.all([first.count(1), second.count(1)]);
  // What follows arrives after what came twice would have.
  await rest({ key: appKeys[0] })
    .channels.get(channel)
    .publish({ name: 'b', extras: { push: { notification: { title: 'second' } } } });
  await Promise.all([first.count(2), second.count(2)]);
  for (const each of [first, second]) {
    assert.deepEqual(
      each.messages.map((message) => JSON.parse(message.data).notification.title),
      ['title', 'second'],
    );
  }
});

test('a message with extras.push where push is not enabled is a message', async () => {
  const client = realtime({ key: appKeys[0] });
  const events = await inbox(client.channels.get('[meta]log:push'));
  const received = await inbox(client.channels.get('elsewhere:a'));
  await eventually(async () => {
    await client.channels.get('elsewhere:a').publish({ name: 'a', extras: { push: [{ a: 1 }] } });
    return events.messages.some((event) => /not enabled/.test(event.data.message));
  }, 'a word of it on the metachannel');
  await received.count(1);
  assert.deepEqual(received.messages[0].extras.push, [{ a: 1 }]);
});

test('a device whose transport is not configured is failing, and it is told why', async () => {
  const client = realtime({ key: appKeys[0] });
  const events = await inbox(client.channels.get('[meta]log:push'));
  for (const [transport, own] of [
    ['fcm', { registrationToken: 'abc' }],
    ['gcm', { registrationToken: 'abc' }],
    ['apns', { deviceToken: 'abc' }],
  ]) {
    const mine = device({ push: { recipient: { transportType: transport, ...own } } });
    await admin().deviceRegistrations.save(mine);
    await eventually(async () => {
      await admin().publish({ deviceId: mine.id }, payload);
      return events.messages.some((event) => event.data.deviceId === mine.id && event.data.code === 103006);
    }, `an event for ${transport}`);
    const found = await eventually(async () => {
      const now = await admin().deviceRegistrations.get(mine.id);
      return now.push.state === 'FAILING' && now;
    }, 'the state');
    assert.equal(found.push.error.code, 103006);
    assert.equal(found.push.recipient.transportType, transport);
  }
});

test('the key for web push is one of P-256, and stays', async () => {
  const ask = () =>
    fetch(`http://${host}:${port}/push/publicVapidKey`, {
      headers: { accept: 'text/plain', authorization: `Basic ${Buffer.from(appKeys[1]).toString('base64')}` },
    }).then((response) => response.text());
  const key = await ask();
  const point = Buffer.from(key, 'base64url');
  assert.equal(point.length, 65);
  assert.equal(point[0], 4);
  assert.equal(await ask(), key);
});

/** What a platform gives the SDK: where to keep things, and how the device is reached. */
function platform(reached) {
  const kept = new Map();
  return {
    platform: 'android',
    formFactor: 'phone',
    storageIsAsync: false,
    storage: {
      get: (name) => kept.get(name) ?? null,
      set: (name, value) => void kept.set(name, value),
      remove: (name) => void kept.delete(name),
    },
    getPushDeviceDetails: (machine) => {
      const own = machine.client.device();
      own.push.recipient = reached;
      own.persist();
      machine.handleEvent(new machine.GotPushDeviceDetails());
    },
  };
}

test('a device activates, subscribes, is pushed to, and deactivates, by nothing but push-subscribe', async () => {
  const name = uniqueName('inbox');
  const channel = uniqueName('pushenabled:mine');
  const arrived = await inbox(realtime({ key: appKeys[0] }).channels.get(name));
  const client = rest({
    key: appKeys[1],
    clientId: uniqueName('client'),
    plugins: { Push: { ...Push, pushConfig: platform(recipient(name)) } },
  });
  await client.push.activate();
  const own = client.device();
  assert.ok(own.deviceIdentityToken);
  await client.channels.get(channel).push.subscribeDevice();
  assert.deepEqual(
    (await own.listSubscriptions()).items.map((item) => item.channel),
    [channel],
  );
  await client.channels.get(channel).push.subscribeClient();
  await rest({ key: appKeys[0] }).channels.get(channel).publish({ extras: { push: payload } });
  await arrived.count(1);

  // The same device again brings its registration up to date, and is the same.
  await client.push.activate();
  await client.channels.get(channel).push.unsubscribeDevice();
  await client.channels.get(channel).push.unsubscribeClient();
  assert.deepEqual((await admin().channelSubscriptions.list({ channel })).items, []);
  await client.push.deactivate();
  await assert.rejects(admin().deviceRegistrations.get(own.id), { code: 40400 });
});

/** What a browser does with a body that its push service hands on (RFC 8188, RFC 8291). */
function decrypted(body, keys, auth) {
  const salt = body.subarray(0, 16);
  const length = body[20];
  const sender = body.subarray(21, 21 + length);
  const derive = (secret, from, info, bytes) => Buffer.from(hkdfSync('sha256', secret, from, info, bytes));
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), keys.getPublicKey(), sender]);
  const secret = derive(keys.computeSecret(sender), auth, info, 32);
  const key = derive(secret, salt, 'Content-Encoding: aes128gcm\0', 16);
  const nonce = derive(secret, salt, 'Content-Encoding: nonce\0', 12);
  const decipher = createDecipheriv('aes-128-gcm', key, nonce);
  decipher.setAuthTag(body.subarray(-16));
  const plain = Buffer.concat([decipher.update(body.subarray(21 + length, -16)), decipher.final()]);
  return JSON.parse(plain.subarray(0, plain.lastIndexOf(2)).toString());
}

test('a browser activates, and reads what is pushed to it', async () => {
  const requests = [];
  const service = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) {
      chunks.push(chunk);
    }
    requests.push({ headers: request.headers, body: Buffer.concat(chunks) });
    response.writeHead(201).end();
  }).listen(0, 'localhost');
  await once(service, 'listening');
  const keys = createECDH('prime256v1');
  keys.generateKeys();
  const auth = randomBytes(16);
  const asked = {};
  // What a browser has of its own: its push service is a stand-in, as others' cannot be reached.
  const browser = {
    window: globalThis,
    Notification: { requestPermission: async () => 'granted' },
    navigator: {
      serviceWorker: {
        register: async () => ({
          active: true,
          pushManager: {
            subscribe: async (options) => {
              asked.key = Buffer.from(options.applicationServerKey).toString('base64url');
              return {
                endpoint: `http://localhost:${service.address().port}/push/it`,
                getKey: (name) => new Uint8Array(name === 'auth' ? auth : keys.getPublicKey()).buffer,
              };
            },
          },
        }),
      },
    },
  };
  const replaced = Object.keys(browser).map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]);
  for (const [name, value] of Object.entries(browser)) {
    Object.defineProperty(globalThis, name, { value, configurable: true });
  }
  try {
    const channel = uniqueName('pushenabled:web');
    const { getPushDeviceDetails, ...pushConfig } = platform();
    const client = rest({
      key: appKeys[1],
      pushServiceWorkerUrl: '/worker.js',
      plugins: { Push: { ...Push, pushConfig: { ...pushConfig, platform: 'browser', formFactor: 'desktop' } } },
    });
    await client.push.activate();
    await client.channels.get(channel).push.subscribeDevice();
    await rest({ key: appKeys[0] }).channels.get(channel).publish({ extras: { push: payload } });
    await eventually(() => requests.length, 'a request to the push service');
    const [{ headers, body }] = requests;
    assert.deepEqual(decrypted(body, keys, auth), payload);
    assert.ok(headers.authorization.endsWith(`k=${asked.key}`));
  } finally {
    replaced.forEach(([name, descriptor]) =>
      descriptor ? Object.defineProperty(globalThis, name, descriptor) : delete globalThis[name],
    );
    service.close();
  }
});

test('what belongs to others is refused', async () => {
  const mine = device();
  await admin().deviceRegistrations.save(mine);
  const stranger = rest({ key: appKeys[1], clientId: 'mallory' });
  const { deviceRegistrations, channelSubscriptions, publish } = stranger.push.admin;
  await assert.rejects(deviceRegistrations.get(mine.id), { statusCode: 401 });
  await assert.rejects(deviceRegistrations.list({}), { statusCode: 401 });
  await assert.rejects(deviceRegistrations.save({ ...mine, clientId: 'mallory' }), { statusCode: 401 });
  await assert.rejects(deviceRegistrations.remove(mine.id), { statusCode: 401 });
  await assert.rejects(channelSubscriptions.save({ channel: 'pushenabled:a', deviceId: mine.id }), { statusCode: 401 });
  await assert.rejects(channelSubscriptions.save({ channel: 'pushenabled:a', clientId: 'bob' }), { statusCode: 401 });
  await assert.rejects(publish.call(stranger.push.admin, { deviceId: mine.id }, payload), { statusCode: 401 });
  await channelSubscriptions.save({ channel: 'pushenabled:a', clientId: 'mallory' });
  const other = { ...mine, deviceSecret: 'guessed' };
  const answer = await stranger.request('POST', '/push/deviceRegistrations', 6, {}, other);
  assert.equal(answer.statusCode, 401);
  await rest({ key: appKeys[2] }).push.admin.channelSubscriptions.save({ channel: 'pushenabled:admin:a', clientId: 'bob' });
});
