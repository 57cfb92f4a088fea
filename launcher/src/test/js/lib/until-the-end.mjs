// What scripts share that work without a break until a line on standard input ends them, while somebody kills a node: one
// line of JSON for each thing that somebody waits for, and clients of single nodes.
import * as Ably from 'ably';
import readline from 'node:readline';

export const say = (event) => console.log(JSON.stringify(event));

/** Options that lead to one node and no other. */
export const at = (port, options) => ({
  endpoint: 'localhost',
  port: Number(port),
  tls: false,
  useBinaryProtocol: true,
  logLevel: 0,
  ...options,
});

const open = [];
/** A realtime client that [#done] closes. */
export function client(port, options) {
  open.push(new Ably.Realtime(at(port, options)));
  return open.at(-1);
}

let ended = false;
readline.createInterface({ input: process.stdin }).once('line', () => {
  ended = true;
});

/** What was done by [#untilTheEnd], and the longest that anything took. */
export const totals = { acknowledged: 0, longestPauseMillis: 0 };

/** Acts again and again, each time awaited, until the end; answers how often. */
export async function untilTheEnd(act) {
  let count = 0;
  while (!ended) {
    const begun = performance.now();
    await act(count);
    totals.longestPauseMillis = Math.max(totals.longestPauseMillis, Math.round(performance.now() - begun));
    count += 1;
    totals.acknowledged += 1;
    if (totals.acknowledged % 50 === 0) {
      say({ acknowledged: totals.acknowledged });
    }
  }
  return count;
}

/** Waits until the condition holds, or long enough; what is then is what the script tells. */
export async function awaited(condition, within = 20_000) {
  const deadline = Date.now() + within;
  while (!(await condition()) && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** All items of a page and those that follow it. */
export async function everything(first) {
  const items = [];
  for (let page = await first; page; page = page.hasNext() ? await page.next() : null) {
    items.push(...page.items);
  }
  return items;
}

/** Counts the times that a channel says that something is missing. */
export function breaksOf(channel) {
  const breaks = { count: 0 };
  channel.on('update', ({ resumed }) => (breaks.count += resumed ? 0 : 1));
  return breaks;
}

/** Lets the client lose its transports and come back. */
export const cut = (victim) => victim.connection.connectionManager.disconnectAllTransports();

/** Says how it ended, and closes everything. */
export function done(outcome) {
  say({ done: true, ...totals, ...outcome });
  open.forEach((each) => each.close());
}
