// A coordinator's and an analyst's day, by keyboard alone and with JavaScript
// off: day.mjs ADDRESS COORDINATOR ANALYST SCREENS. Prints one JSON object with
// what was done and what went wrong.
import { chromium } from 'playwright-core';
import { readFileSync } from 'node:fs';

const [address, coordinator, analyst, screens] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
const wrong = [], done = [];

async function someone() {
  const context = await browser.newContext({ viewport: { width: 1024, height: 768 }, javaScriptEnabled: false, acceptDownloads: true });
  const page = await context.newPage();
  page.setDefaultTimeout(15000);
  return page;
}

// reach moves by Tab until the element has the focus.
async function reach(page, selector) {
  const want = await page.waitForSelector(selector, { state: 'attached' });
  for (let i = 0; i < 400; i++) {
    if (await want.evaluate((e) => e === document.activeElement || (e.type === 'radio' && document.activeElement?.name === e.name))) return want;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${selector} is not reached by keyboard`);
}
async function press(page, selector) {
  await reach(page, selector);
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
}
async function choose(page, selector) {
  const want = await reach(page, selector);
  for (let i = 0; i < 30 && !(await want.evaluate((e) => e.checked)); i++) await page.keyboard.press('ArrowDown');
  if (!(await want.evaluate((e) => e.checked))) throw new Error(`${selector} is not chosen by keyboard`);
}
async function type(page, selector, text) {
  await reach(page, selector);
  await page.keyboard.type(text);
}
async function expect(page, what, text) {
  const main = await page.textContent('main');
  if (!main.includes(text)) wrong.push(`${what}: the page does not say "${text}"`);
  else done.push(what);
}
async function shot(page, name) {
  if (screens === '-') return;
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.screenshot({ path: `${screens}/${name}.png`, fullPage: true, clip: { x: 0, y: 0, width: 1024, height: Math.min(height, 1500) } });
}
async function signIn(page, role) {
  await page.goto(`${address}sign-in`);
  await choose(page, `input[name=role][value="${role}"]`);
  await press(page, 'main button');
}

try {
  const page = await someone();
  await signIn(page, coordinator);
  await expect(page, 'signed in', 'My lists');
  await press(page, 'main a[href^="/lists/"]');
  await shot(page, 'list');
  const first = await page.getAttribute('main a[href^="/people/"]', 'href');
  await press(page, `main a[href="${first}"]`);
  await shot(page, 'person');
  const number = (await page.textContent('.nhsuk-summary-list__row:has(dt:text-is("NHS number")) dd')).replace(/\D/g, '');
  if (number.length !== 10) wrong.push('the page of a person has no NHS number');
  await press(page, 'button:has-text("Take this person on")');
  await expect(page, 'taken on', 'Done');
  await choose(page, 'input[type=radio][value="contacted"]');
  await type(page, 'textarea', 'Rang at ten. Will ring again.');
  await press(page, 'main button[name=then][value=stay]');
  await expect(page, 'contacted', 'Rang at ten. Will ring again.');
  await shot(page, 'worked');
  await type(page, 'textarea', 'Nobody there.');
  await press(page, 'main button[name=then][value=next]');
  await expect(page, 'led to the next person', 'The person before this one');
  if (new URL(page.url()).pathname === first) wrong.push('saving leads to the same person');
  await press(page, 'header a:has-text("Find a person")');
  await type(page, '#nhs-number', `${number.slice(0, 3)} ${number.slice(3, 6)} ${number.slice(6)}`);
  await press(page, 'main button');
  await expect(page, 'found by number', 'Rang at ten. Will ring again.');
  if (page.url().includes(number)) wrong.push('an NHS number stands in an address');
  await press(page, 'header a:has-text("My lists")');
  await press(page, 'main a[href^="/lists/"]');
  await expect(page, 'the list knows', 'Contacted');
  await press(page, 'main a[href$="/export"]');
  await choose(page, 'input[name=shape][value="nhs"]');
  await type(page, '#reason', 'to ring them');
  await reach(page, 'main button');
  const [file] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
  const text = readFileSync(await file.path(), 'utf8');
  if (!/^(\d{10}\n)+$/.test(text) || !text.includes(number)) wrong.push('the exported file is not NHS numbers, one a line');
  else done.push('exported');
  await page.goto(`${address}lists`);
  await press(page, 'header button:has-text("Sign out")');
  done.push('signed out');
  await page.goto(address.slice(0, -1) + first);
  if (!page.url().endsWith('/sign-in')) wrong.push('a person is shown after signing out');

  const other = await someone();
  await signIn(other, analyst);
  await expect(other, 'the analyst is in', 'people were scored');
  await shot(other, 'population');
  for (const [link, says] of [['Workload', 'list'], ['Model', 'Calibration'], ['Data quality', 'Ethnic'], ['Runs', 'Manifest']]) {
    await press(other, `header a:has-text("${link}")`);
    const main = (await other.textContent('main')).toLowerCase();
    if (!main.includes(says.toLowerCase())) wrong.push(`${link}: does not speak of ${says}`);
    else done.push(link);
    await shot(other, link.toLowerCase().replace(' ', '-'));
  }
  await other.goto(`${address}lists`);
  if ((await other.textContent('body')).includes(number)) wrong.push('an analyst sees an NHS number');
} catch (e) {
  wrong.push(e.message.split('\n')[0]);
}
await browser.close();
console.log(JSON.stringify({ done, wrong }));
