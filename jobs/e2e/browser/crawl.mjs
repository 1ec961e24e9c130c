// Opens every page that a role can reach by links, and reports what is wrong
// with each: crawl.mjs ADDRESS ROLE MODE SCREENS. ROLE is the value of the
// form's choice. MODE is one of
//   plain   1200 px wide, axe-core on every page
//   narrow  what 200 % zoom leaves of 1280 px: nothing may be wider than the page
//   noscript JavaScript off: every page is there all the same
//   keyboard every link, button and field is reached by Tab, in sight, and leaves again
// SCREENS is a folder for pictures, or "-". Prints one JSON object.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const [address, role, mode, screens] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const most = 60; // pages

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
const context = await browser.newContext({
  viewport: mode === 'narrow' ? { width: 640, height: 900 } : { width: 1200, height: 1400 },
  javaScriptEnabled: mode !== 'noscript',
  acceptDownloads: true,
});
const page = await context.newPage();
page.setDefaultTimeout(20000);
const wrong = [];
const say = (what) => wrong.push(`${role} ${mode} ${new URL(page.url()).pathname.replace(/\/people\/[^/]+/, '/people/…')}: ${what}`);
page.on('console', (m) => { if (m.type() === 'error' && !/status of (4\d\d|503)/.test(m.text())) say(`console: ${m.text()}`); });
page.on('pageerror', (e) => say(`script: ${e.message}`));
page.on('request', (r) => { if (!r.url().startsWith(address) && !r.url().startsWith('data:')) say(`asks another host: ${r.url()}`); });

await page.goto(`${address}sign-in`);
await page.check(`input[name=role][value="${role}"]`);
await page.click('main button');
await page.waitForLoadState();

const seen = new Set();
const shapes = new Map(); // pages of one shape: a few of each are enough
const queue = ['/'];
while (queue.length > 0 && seen.size < most) {
  const path = queue.shift();
  const shape = path.replace(/\/people\/[^/?]+/, '/people/*').replace(/\/audit\/entries\/\d+/, '/audit/entries/*').replace(/=[^&]*/g, '=');
  if (seen.has(path) || (shapes.get(shape) || 0) >= 2) continue;
  seen.add(path);
  shapes.set(shape, (shapes.get(shape) || 0) + 1);
  let response;
  try {
    response = await page.goto(address.slice(0, -1) + path);
  } catch (e) {
    if (/Download is starting/.test(e.message)) continue; // a file
    throw e;
  }
  if (!response) continue;
  if (response.status() >= 500 || response.status() === 404) say(`status ${response.status()}`);
  if (!(response.headers()['content-type'] || '').startsWith('text/html')) continue;
  if (mode === 'plain') {
    await page.evaluate(axe);
    const result = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
    for (const v of result.violations) say(`axe ${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(' | ')}`);
  }
  if (mode === 'narrow') {
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 1) say(`is ${wide} px wider than the screen`);
  }
  if (mode === 'keyboard') {
    const wanted = await page.evaluate(() => {
      const radios = new Set();
      return [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')].filter((e) => {
        if (e.closest('details:not([open])') && e.tagName !== 'SUMMARY') return false;
        if (e.type === 'radio') { if (radios.has(e.name)) return false; radios.add(e.name); }
        return e.getClientRects().length > 0;
      }).length;
    });
    await page.evaluate(() => { document.activeElement?.blur(); globalThis.reached = new Set(); });
    const ends = Math.min(wanted + 40, 500);
    for (let i = 0; i < ends; i++) {
      await page.keyboard.press('Tab');
      const trouble = await page.evaluate(() => {
        const e = document.activeElement;
        if (!e || e === document.body) return '';
        globalThis.reached.add(e);
        const s = getComputedStyle(e), r = e.getBoundingClientRect();
        const marked = s.outlineStyle !== 'none' || s.boxShadow !== 'none' || s.backgroundColor !== 'rgba(0, 0, 0, 0)' || e.type === 'radio' || e.type === 'checkbox';
        if (r.bottom < 0 || r.top > innerHeight + 1) return `out of sight: ${e.outerHTML.slice(0, 100)}`;
        return marked ? '' : `no mark of where one is: ${e.outerHTML.slice(0, 100)}`;
      });
      if (trouble) say(trouble);
    }
    const reached = await page.evaluate(() => globalThis.reached.size);
    if (reached < Math.min(wanted, 400)) say(`by keyboard ${reached} of ${wanted} are reached`);
  }
  if (mode === 'noscript' && !(await page.textContent('h1'))) say('no heading');
  if (screens !== '-') await page.screenshot({ path: `${screens}/${role}${shape.replace(/[^a-z0-9*]+/gi, '_').replace(/\*/g, 'x')}.png`, fullPage: true });
  for (const href of await page.$$eval('a[href]', (all) => all.map((a) => a.getAttribute('href')))) {
    if (href.startsWith('/') && !href.startsWith('/sign-')) queue.push(href);
    else if (!href.startsWith('#') && !href.startsWith('/') && !href.startsWith('?')) say(`a link leads away: ${href}`);
    else if (href.startsWith('?')) queue.push(new URL(page.url()).pathname + href);
  }
}
await browser.close();
console.log(JSON.stringify({ role, mode, pages: [...shapes.keys()], opened: seen.size, wrong }));
