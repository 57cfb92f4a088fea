import * as AblyChat from '@ably/chat';
import spacesModule from '@ably/spaces';
import * as Ably from 'ably';
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { clientOptions, eventually, makeApp, transport, uniqueName } from '../lib/hark.mjs';
import { chatQuickstart, chatSeen, spacesQuickstart, spacesSeen } from '../lib/quickstarts.mjs';

// Node loads the package's CommonJS build, whose default export is one level further down.
const { default: Spaces } = spacesModule;

let options;
before(async () => {
  const [key] = (await makeApp()).keys;
  options = clientOptions({ key, ...(transport ? { transports: [transport] } : {}) });
});

test('the guide to Chat goes well', async () => {
  const seen = await chatQuickstart({ Ably, ...AblyChat }, options, uniqueName('my-first-room'));
  assert.deepEqual(seen, chatSeen);
});

test('the guide to Spaces goes well', async () => {
  const seen = await spacesQuickstart({ Ably, Spaces }, options, uniqueName('demo-slideshow'), (listener, noticed) =>
    eventually(() => {
      listener({ clientX: 10, clientY: 20 });
      return noticed();
    }, 'the cursor'));
  assert.deepEqual(seen, spacesSeen(seen.cursors.map(() => ({ x: 10, y: 20 }))));
});
