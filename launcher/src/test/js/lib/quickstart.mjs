// Opens the quickstart page as people do, and ends with 0 when it shows what it promises.
import assert from 'node:assert/strict';
import { execSync } from 'node:child_process';
import { chromium } from 'playwright-core';

const { HARK_PAGE: address, HARK_CURL: curlLine, HARK_SCREENSHOT: screenshot } = process.env;

const browser = await chromium.launch({
  executablePath: process.env.HARK_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
  ],
});
const problems = [];

async function openPage(colorScheme) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('request', (request) => request.url().startsWith(address) || problems.push(`asked for ${request.url()}`));
  await page.goto(address);
  await page.locator('#state[data-state=connected]').waitFor();
  return page;
}

try {
  const page = await openPage('light');
  const feed = page.getByRole('log');
  // Published before the page was open, so it comes by rewind.
  await feed.getByText('hello from curl').first().waitFor();
  execSync(curlLine, { stdio: 'ignore' });
  await feed.getByText('hello from curl').nth(1).waitFor();

  const other = await openPage('dark');
  await page.locator('#member-count').getByText('2').waitFor();
  await other.getByLabel('Your status').fill('in the second window');
  await other.getByLabel('Your status').press('Enter');
  await page.getByRole('list', { name: 'Members' }).getByText('in the second window').waitFor();
  await other.getByRole('textbox', { name: 'Message' }).fill('hello from the second window');
  await other.getByRole('button', { name: 'Publish' }).click();
  await feed.getByText('hello from the second window').waitFor();
  await page.getByRole('textbox', { name: 'Message' }).fill('{"json": "works too"}');
  await page.getByRole('textbox', { name: 'Message' }).press('Enter');
  await feed.getByText('there and back').waitFor();

  await page.getByRole('tab', { name: 'curl' }).press('ArrowRight');
  assert.match(await page.locator('#snippet-code').textContent(), /new Ably\.Realtime/);
  await page.screenshot({ path: screenshot });

  await other.getByRole('textbox', { name: 'Channel' }).fill('elsewhere');
  await other.getByRole('textbox', { name: 'Channel' }).press('Enter');
  await page.locator('#member-count').getByText('1').waitFor();
  await page.getByRole('button', { name: 'Leave' }).click();
  await page.getByText('Nobody has entered.').waitFor();
  assert.deepEqual(problems, []);
} catch (error) {
  console.log(error, problems);
  process.exitCode = 1;
} finally {
  await browser.close();
}
