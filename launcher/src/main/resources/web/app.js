// The quickstart page: one channel, seen through the stock Ably SDK.
import { snippets } from './snippets.js';

const MESSAGES_SHOWN_MAX = 200;
const PING_EVERY_MILLIS = 5_000;

const $ = (id) => document.getElementById(id);
const port = Number(location.port) || (location.protocol === 'https:' ? 443 : 80);
const tls = location.protocol === 'https:';

let key;
let client;
let channel;
let tab = 'curl';
/** When a message of ours was published, by the id under which it comes back. */
const sent = new Map();

// --- Small things

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) {
    made.className = className;
  }
  if (text !== undefined) {
    made.textContent = text;
  }
  return made;
}

function avatar(who) {
  const hash = [...who].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) >>> 0, 7);
  const made = element('span', `avatar hue-${hash % 8}`, ([...who][0] ?? '?').toUpperCase());
  made.setAttribute('aria-hidden', 'true');
  return made;
}

function someName() {
  const pick = (words) => words[Math.floor(Math.random() * words.length)];
  return `${pick(['amber', 'brisk', 'calm', 'clever', 'merry', 'quiet', 'swift', 'wise'])}-${
    pick(['falcon', 'fox', 'heron', 'lynx', 'otter', 'owl', 'robin', 'wren'])}`;
}

function notice(text) {
  $('notice').textContent = text;
  $('notice').hidden = !text;
}

const explain = (error) => `${error.message ?? error} (${error.code ?? 'no code'})`;

// --- Messages

function append(item) {
  const feed = $('feed');
  const atEnd = feed.scrollHeight - feed.scrollTop - feed.clientHeight < 60;
  feed.append(item);
  $('empty').hidden = feed.querySelector('.message') !== null;
  while (feed.children.length > MESSAGES_SHOWN_MAX) {
    feed.firstElementChild.remove();
  }
  if (atEnd) {
    feed.scrollTop = feed.scrollHeight;
  }
}

function body(data) {
  if (typeof data === 'string') {
    return element('div', 'body', data);
  }
  if (data instanceof ArrayBuffer) {
    return element('div', 'body json', `${data.byteLength} bytes`);
  }
  const line = JSON.stringify(data) ?? '';
  return element('div', 'body json', line.length > 80 ? JSON.stringify(data, null, 2) : line);
}

function showMessage(message) {
  const who = message.clientId ?? 'anonymous';
  const item = element('li', 'message');
  item.title = `serial ${message.serial ?? 'unknown'}`;
  const head = element('header');
  head.append(element('b', '', who));
  if (message.name) {
    head.append(element('span', 'event', message.name));
  }
  const time = element('time', 'meta', new Date(message.timestamp).toLocaleTimeString());
  time.dateTime = new Date(message.timestamp).toISOString();
  const began = sent.get(message.id);
  if (began !== undefined) {
    sent.delete(message.id);
    time.textContent = `${(performance.now() - began).toFixed(1)} ms there and back · ${time.textContent}`;
  }
  head.append(time);
  item.append(avatar(who), head, body(message.data));
  append(item);
}

const divider = (text) => append(element('li', 'divider', text));

async function publish(event) {
  event.preventDefault();
  const text = $('text').value.trim();
  if (!text) {
    $('text').focus();
    return;
  }
  let data = text;
  try {
    const parsed = JSON.parse(text);
    data = typeof parsed === 'object' && parsed !== null ? parsed : text;
  } catch {
    // Not JSON, so it is sent as the text that it is.
  }
  const id = crypto.getRandomValues(new Uint32Array(3)).join('-');
  $('text').value = '';
  sent.set(id, performance.now());
  try {
    await channel.publish({ id, name: $('name').value.trim() || undefined, data });
    notice('');
  } catch (error) {
    sent.delete(id);
    $('text').value ||= text;
    notice(`Not published: ${explain(error)}`);
  }
}

// --- Presence

async function showMembers() {
  const shown = channel;
  const members = await shown.presence.get({ waitForSync: false });
  if (shown !== channel) {
    return;
  }
  members.sort((a, b) => a.clientId.localeCompare(b.clientId));
  $('member-count').textContent = members.length;
  const entered = members.some((member) => member.connectionId === client.connection.id);
  $('presence').textContent = entered ? 'Leave' : 'Enter';
  $('presence').setAttribute('aria-pressed', String(entered));
  $('members').replaceChildren(
    ...members.map((member) => {
      const item = element('li');
      const name = element('b', '', member.clientId);
      if (member.connectionId === client.connection.id) {
        name.append(element('i', '', ' (you)'));
      }
      const text = element('div');
      text.append(name);
      if (member.data?.status) {
        text.append(element('small', '', String(member.data.status)));
      }
      item.append(avatar(member.clientId), text);
      return item;
    }),
  );
  if (members.length === 0) {
    $('members').append(element('li', 'nobody', 'Nobody has entered.'));
  }
}

const profile = () => ({ status: $('status').value.trim() });

async function togglePresence() {
  try {
    await ($('presence').getAttribute('aria-pressed') === 'true'
      ? channel.presence.leave()
      : channel.presence.enter(profile()));
  } catch (error) {
    notice(`Presence: ${explain(error)}`);
  }
}

// --- The connection

function showState(change) {
  $('state').dataset.state = change.current;
  $('state-name').textContent = change.current;
  $('latency').textContent = '';
  if (change.current === 'failed') {
    notice(`The node refused the connection: ${explain(change.reason)}. Reload the page to try again.`);
  } else if (change.current === 'connected') {
    notice('');
    ping();
  }
}

async function ping() {
  if (client.connection.state !== 'connected') {
    return;
  }
  try {
    const millis = await client.connection.ping();
    $('latency').textContent = `${millis < 10 ? millis.toFixed(1) : Math.round(millis)} ms`;
  } catch {
    $('latency').textContent = '';
  }
}

function connect() {
  client?.close();
  const opened = new Ably.Realtime({
    key,
    clientId: $('client-id').value,
    endpoint: location.hostname,
    port,
    tlsPort: port,
    tls,
    // Everything that the SDK might probe on the internet is asked of this node instead.
    connectivityCheckUrl: `${location.origin}/is-the-internet-up.txt`,
    wsConnectivityCheckUrl: `${tls ? 'wss' : 'ws'}://${location.host}/ws-up`,
    // Whoever restarts the node, or closes a window, wants to see at once what comes of it.
    disconnectedRetryTimeout: 1000,
    transportParams: { remainPresentFor: 2000 },
  });
  client = opened;
  opened.connection.on((change) => client === opened && showState(change));
  join();
}

async function join() {
  const joined = client.channels.get($('channel').value, { params: { rewind: '20' } });
  channel = joined;
  $('feed').replaceChildren();
  $('empty').hidden = false;
  showSnippet();
  joined.on(['attached', 'update'], (change) => {
    if (joined !== channel) {
      return;
    }
    if (change.resumed) {
      divider('back again, and nothing was missed');
    } else if (change.reason) {
      divider(`some messages may be missing: ${explain(change.reason)}`);
    }
  });
  try {
    await joined.subscribe((message) => joined === channel && showMessage(message));
    await joined.presence.subscribe(() => joined === channel && showMembers());
    await joined.presence.enter(profile());
    await showMembers();
  } catch (error) {
    if (joined === channel) {
      notice(`Channel ${joined.name}: ${explain(error)}`);
    }
  }
}

async function switchChannel() {
  const name = $('channel').value.trim();
  if (!name || name === channel.name) {
    $('channel').value = channel.name;
    return;
  }
  $('channel').value = name;
  notice('');
  const left = channel;
  join();
  await left.detach();
  client.channels.release(left.name);
}

function switchClient() {
  const name = $('client-id').value.trim() || someName();
  const changed = name !== sessionStorage.getItem('clientId');
  $('client-id').value = name;
  sessionStorage.setItem('clientId', name);
  if (changed) {
    connect();
  }
}

// --- Snippets

function showSnippet() {
  const node = { key, origin: location.origin, host: location.hostname, port, tls };
  const { note, code } = snippets({ ...node, channel: channel.name })[tab];
  $('snippet-note').textContent = note;
  $('snippet-code').textContent = code;
}

function selectTab(button) {
  for (const other of document.querySelectorAll('[role=tab]')) {
    const selected = other === button;
    other.setAttribute('aria-selected', String(selected));
    other.tabIndex = selected ? 0 : -1;
  }
  tab = button.id.replace('tab-', '');
  $('snippet').setAttribute('aria-labelledby', button.id);
  showSnippet();
}

function moveBetweenTabs(event) {
  const tabs = [...document.querySelectorAll('[role=tab]')];
  const step = { ArrowRight: 1, ArrowLeft: tabs.length - 1 }[event.key];
  if (step) {
    const next = tabs[(tabs.indexOf(event.target) + step) % tabs.length];
    next.focus();
    selectTab(next);
  }
}

async function copy() {
  const code = $('snippet-code');
  try {
    await navigator.clipboard.writeText(code.textContent);
  } catch {
    // Browsers give no clipboard to pages without TLS on other hosts than localhost.
    getSelection().selectAllChildren(code);
    document.execCommand('copy');
  }
  $('copy').textContent = 'Copied';
  $('copy').classList.add('done');
  setTimeout(() => {
    $('copy').textContent = 'Copy';
    $('copy').classList.remove('done');
  }, 1_500);
}

function toggleTheme() {
  const dark = document.documentElement.dataset.theme
    ? document.documentElement.dataset.theme === 'dark'
    : matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.dataset.theme = dark ? 'light' : 'dark';
  localStorage.setItem('theme', document.documentElement.dataset.theme);
}

// --- Start

const blurOnEnter = (event) => event.key === 'Enter' && event.target.blur();

const theme = localStorage.getItem('theme');
if (theme) {
  document.documentElement.dataset.theme = theme;
}
$('address').textContent = location.host;
$('client-id').value = sessionStorage.getItem('clientId') ?? someName();
sessionStorage.setItem('clientId', $('client-id').value);
$('composer').addEventListener('submit', publish);
$('presence').addEventListener('click', togglePresence);
$('copy').addEventListener('click', copy);
$('theme').addEventListener('click', toggleTheme);
for (const [id, changed] of [['channel', switchChannel], ['client-id', switchClient]]) {
  $(id).addEventListener('change', changed);
  $(id).addEventListener('keydown', blurOnEnter);
}
$('status').addEventListener('change', () => {
  channel.presence.update(profile()).catch((error) => notice(`Presence: ${explain(error)}`));
});
$('status').addEventListener('keydown', blurOnEnter);
for (const button of document.querySelectorAll('[role=tab]')) {
  button.addEventListener('click', () => selectTab(button));
  button.addEventListener('keydown', moveBetweenTabs);
}
setInterval(ping, PING_EVERY_MILLIS);

const response = await fetch('/dev/config.json');
if (response.ok) {
  ({ key } = await response.json());
  connect();
} else {
  notice(`This node gives no key to its page (${response.status}); it was not started with ./hark dev.`);
}
