// What every interop test needs: an app on the node under test, SDK clients that end with the test, and waiting.
import { createHmac } from 'node:crypto';
import { after } from 'node:test';
import * as Ably from 'ably';

export const host = 'localhost';
export const port = Number(process.env.HARK_PORT);
export const binary = process.env.HARK_FORMAT === 'msgpack';
/** What realtime connections go by; empty leaves it to the SDK. */
export const transport = process.env.HARK_TRANSPORT ?? '';

const open = new Set();
after(() => open.forEach((client) => client.close()));

let names = 0;
/** A channel name that no other test uses. */
export const uniqueName = (prefix = 'channel') => `${prefix}-${process.pid}-${++names}`;

/** Makes an app with a key for each of `capabilities`; without any, one key that may do everything. */
export async function makeApp(capabilities = [{ '[*]*': ['*'] }], more = {}) {
  const response = await fetch(`http://${host}:${port}/apps`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      keys: capabilities.map((capability) => ({ capability: JSON.stringify(capability) })),
      namespaces: [{ id: 'persisted', persisted: true }],
      ...more,
    }),
  });
  if (response.status !== 201) {
    throw new Error(`POST /apps answered ${response.status}: ${await response.text()}`);
  }
  const app = await response.json();
  return { id: app.appId, keys: app.keys.map((key) => key.keyStr) };
}

/** Options that lead to the node; the SDK logs nothing, since what it would report is often what a test asks for. */
export function clientOptions(options) {
  return { endpoint: host, port, tls: false, useBinaryProtocol: binary, logLevel: 0, ...options };
}

export function rest(options) {
  return new Ably.Rest(clientOptions(options));
}

/** A realtime client; it is closed when the file's tests are over. */
export function realtime(options) {
  const transports = transport ? { transports: [transport] } : {};
  const client = new Ably.Realtime(clientOptions({ ...transports, ...options }));
  open.add(client);
  return client;
}

export async function connected(client) {
  await eventually(() => client.connection.state === 'connected' || refused(client), 'the client connects');
  return client;
}

function refused(client) {
  if (client.connection.state === 'failed') {
    throw new Error(`the connection failed: ${client.connection.errorReason}`);
  }
  return false;
}

/** Resolves with the state change that leads to `state`. */
export function reaches(emitter, state, within = 20_000) {
  if (emitter.state === state) {
    return Promise.resolve({ current: state, reason: emitter.errorReason });
  }
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`still ${emitter.state} after ${within} ms, not ${state}: ${emitter.errorReason}`)),
      within,
    );
    emitter.once(state, (change) => {
      clearTimeout(timer);
      resolve(change);
    });
  });
}

/** Resolves once the client has noticed that its transport is gone; ask before cutting it. */
export const drop = (client) => new Promise((resolve) => client.connection.once('disconnected', resolve));

/** Waits until `condition` answers something true, and answers that. */
export async function eventually(condition, what, within = 20_000) {
  const deadline = Date.now() + within;
  for (;;) {
    const result = await condition();
    if (result) {
      return result;
    }
    if (Date.now() > deadline) {
      throw new Error(`not within ${within} ms: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Subscribes and keeps what arrives, in order. */
export async function inbox(channel) {
  const messages = [];
  await channel.subscribe((message) => messages.push(message));
  return {
    messages,
    get data() {
      return messages.map((message) => message.data);
    },
    count: (n) => eventually(() => messages.length >= n, `${n} messages on ${channel.name}, has ${messages.length}`),
  };
}

/** Numbers from `first` on, as the texts that tests publish. */
export const numbers = (count, first = 0) => Array.from({ length: count }, (_, i) => `m${first + i}`);

/** An HS256 JWT as Ably's documentation describes it. */
export function jwt(key, claims = {}, ttlSeconds = 3600) {
  const [name, secret] = key.split(':');
  const now = Math.floor(Date.now() / 1000);
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const head = part({ typ: 'JWT', alg: 'HS256', kid: name });
  const body = part({ iat: now, exp: now + ttlSeconds, ...claims });
  const signature = createHmac('sha256', secret).update(`${head}.${body}`).digest('base64url');
  return `${head}.${body}.${signature}`;
}

/** The ErrorInfo that `action` is refused with. */
export async function refusal(action) {
  try {
    await action();
  } catch (error) {
    return error;
  }
  throw new Error('it was not refused');
}
