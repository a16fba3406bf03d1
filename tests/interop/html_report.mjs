// The HTML report in Chromium: every feature of it, on a phone and on a desk, and hostile results.
// usage: node html_report.mjs PATH-OF-HUBSPEC        HUBSPEC_SHOTS=FOLDER keeps pictures of it

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { faintTexts, go, openReport, sizes, startBrowser } from './browser.mjs';
import { Checks, newFolder, patience, runProgram } from './hub.mjs';

const [binary] = process.argv.slice(2);
const checks = new Checks();
const folder = newFolder();
const file = (name) => path.join(folder, name);
const browser = await startBrowser();

const made = await runProgram(
  binary,
  [
    'run',
    '-q',
    '--deviation',
    'reported-patch-answers-200',
    ...['reported/**', 'twin/**', 'telemetry/**', 'client/**'].flatMap((one) => ['--match', one]),
    '--report',
    `json:${file('results.json')}`,
    '--report',
    `html:${file('report.html')}`,
  ],
  { timeout: patience },
);
const results = JSON.parse(readFileSync(file('results.json'), 'utf8'));
const failed = results.cases.filter((one) => one.verdict === 'fail');
const failing = failed.find((one) => one.scenario === 'reported/patch-is-answered-204');
const caseHash = (name) => `#case=${encodeURIComponent(name)}`;

await checks.check('the run fails and writes its report', () => {
  assert.equal(made.status, 1, made.err);
  assert.ok(failing);
});

await checks.check('stored results give the same page', async () => {
  const again = await runProgram(binary, ['report', file('results.json'), '--report', `html:${file('again.html')}`]);
  assert.equal(again.status, 1, again.err);
  assert.ok(readFileSync(file('again.html')).equals(readFileSync(file('report.html'))));
});

const page = await openReport(browser, file('report.html'));
const texts = (selector) => page.locator(selector).allTextContents();
const press = async (...keys) => {
  for (const key of keys) await page.keyboard.press(key);
};

await checks.check('it says the answer first', async () => {
  assert.equal(await page.locator('h1').innerText(), `${failed.length} of ${results.cases.length} cases failed`);
  assert.match(await page.locator('.counts').innerText(), new RegExp(`${failed.length}\\s+failed`));
  assert.match(await page.title(), /cases failed · reference hub/);
});

await checks.check('then what failed and why', async () => {
  const card = page.locator('.failure', { hasText: 'reported/patch-is-answered-204' }).first();
  // The cards are made as one comes to them.
  while ((await card.count()) === 0) await page.locator('.failure').last().scrollIntoViewIfNeeded();
  const text = await card.innerText();
  for (const part of [
    'res/204/',
    'res/200/',
    '200 is what the documents of 2017 had',
    'REPORTED-11',
    'requirements: REPORTED-01',
    'more cases ended alike',
  ])
    assert.ok(text.includes(part), `${part} in ${text}`);
  await card.getByText('requirements:').click();
  assert.match(await card.innerText(), /Status 204 = success/);
  await card.getByText('Conversation').click();
  await card.locator('svg [role=button]').first().waitFor();
});

await checks.check('j leads from failure to failure', async () => {
  await go(page, '');
  await press('j', 'j', 'k', 'j');
  const second = await page.locator('.failure h3 a').nth(1).getAttribute('href');
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('href')), second);
});

await checks.check('every case is in the list, and only what is seen is made', async () => {
  assert.ok((await page.locator('#count').innerText()).startsWith(`${results.cases.length} cases`));
  await go(page, '#view=cases');
  const rows = await page.locator('.row-item').count();
  assert.ok(rows > 5 && rows < 60, `${rows} rows`);
});

await checks.check('filters by verdict, area, level and text, and the address keeps them', async () => {
  await page.locator('.toggle', { hasText: 'fail' }).click();
  assert.ok((await page.locator('#count').innerText()).startsWith(`${failed.length} of `));
  await page.getByLabel('Area').selectOption('REPORTED');
  await page.getByLabel('Level').selectOption('must');
  await press('/');
  await page.keyboard.type('patch-is-answered-204');
  await page.waitForFunction(() => /q=patch/.test(location.hash));
  assert.match(page.url(), /verdict=fail&area=REPORTED&level=must&q=patch/);
  const shown = await page.locator('.row-item').count();
  assert.equal(shown, failed.filter((one) => one.scenario === 'reported/patch-is-answered-204').length);
  await go(page, new URL(page.url()).hash);
  assert.equal(await page.locator('.row-item').count(), shown);
  await press('Escape');
  assert.ok((await page.locator('#count').innerText()).startsWith(`${results.cases.length} cases`));
});

await checks.check('finds text that stands only in packets', async () => {
  await press('/');
  await page.keyboard.type('batteryLevel');
  await page.getByText('Search the packets too').click();
  await page.waitForFunction(() => /have it in their packets/.test(document.getElementById('count').textContent));
  assert.ok((await page.locator('.row-item').count()) > 0);
  await press('Escape', 'Escape', 'Escape');
});

await checks.check('the keyboard opens a case, walks its lines, turns to the next and goes back', async () => {
  await go(page, '#view=cases&verdict=fail');
  await press('j', 'j', 'k', 'Enter');
  await page.locator('.case h1').waitFor();
  const first = page.url();
  await press('j');
  await page.locator('.row.selected').waitFor();
  await press('n');
  await page.waitForFunction((before) => location.href.split('&line')[0] !== before.split('&line')[0], first);
  await press('Escape');
  await page.waitForFunction(() => /view=cases/.test(location.hash));
  await press('?');
  assert.ok(await page.locator('dialog').isVisible());
  await press('Escape');
  assert.ok(!(await page.locator('dialog').isVisible()));
});

await checks.check('a link to a case shows its conversation, the nearest miss pinned to its arrow', async () => {
  await go(page, caseHash(failing.name));
  assert.equal(await page.locator('h1').innerText(), failing.title);
  const pin = page.locator('.diagram .pin.tone-fail');
  assert.match(await pin.first().textContent(), new RegExp(`line ${failing.findings[0].line} .*nearest to hub: publish`));
  assert.deepEqual(await texts('.lane-title:not(.muted)'), ['device', 'hub']);
  const lines = failing.trace.filter((one) => one.lane !== 'harness').length;
  assert.ok((await page.locator('.diagram .row').count()) >= lines);
});

await checks.check('a line opens into the scenario line, the requirement, fields, properties and bytes', async () => {
  const drawer = await page.locator('.drawer').innerText();
  for (const part of [
    `${failing.file}:${failing.findings[0].line}`,
    'differs',
    'Fields',
    'topic',
    'Properties',
    'request id',
    '$rid',
    'Payload',
    'Bytes',
  ])
    assert.ok(drawer.includes(part), `${part} in ${drawer}`);
  await page.locator('.drawer details summary').first().click();
  assert.match(await page.locator('.drawer').innerText(), /Status 204/);
});

await checks.check('a payload is shown as JSON, text and bytes', async () => {
  await page.locator('.diagram .row', { hasText: 'batteryLevel' }).first().click();
  const drawer = page.locator('.drawer');
  assert.match(await drawer.innerText(), /"batteryLevel": 60/);
  await drawer.getByRole('button', { name: 'text' }).click();
  assert.match(await drawer.innerText(), /"batteryLevel":60/);
  await drawer.getByRole('button', { name: 'hex' }).click();
  assert.match(await drawer.innerText(), /0000 {2}7b 22/);
  assert.match(page.url(), /line=\d+/);
});

await checks.check('what was waited for in vain has its place in the diagram too', async () => {
  const silent = results.cases.find((one) => one.steps.some((step) => step.isCheck && step.state === 'passed' && step.traceLine === null));
  await go(page, caseHash(silent.name));
  assert.match(await page.locator('.diagram .row.ghost').first().textContent(), /nothing came, as expected/);
});

await checks.check('the service and a second connection have lanes of their own', async () => {
  const named = (lane) => results.cases.find((one) => one.trace.some((line) => line.lane === lane));
  const other = results.cases
    .flatMap((one) => one.trace.map((line) => line.lane))
    .find((lane) => !['device', 'hub', 'service', 'harness', 'app'].includes(lane));
  for (const lane of ['service', other]) {
    await go(page, caseHash(named(lane).name));
    assert.ok((await texts('.lane-title')).includes(lane), lane);
  }
});

await checks.check('on paper the list is whole', async () => {
  await go(page, '#view=cases&verdict=fail');
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  assert.equal(await page.locator('.row-item').count(), failed.length);
  await page.evaluate(() => dispatchEvent(new Event('afterprint')));
  assert.ok((await page.locator('.row-item').count()) < failed.length);
});

await checks.check('a step leads to its line', async () => {
  await go(page, caseHash(failing.name));
  await page.locator('.step', { hasText: 'connect' }).first().click();
  assert.match(await page.locator('.row.selected .label').first().textContent(), /CONN/);
});

await checks.check('the coverage page has the protocol in its order, marked', async () => {
  await go(page, '#view=coverage');
  const said = JSON.parse((await runProgram(binary, ['coverage', '--json'])).out);
  const names = (await texts('.chapter h2 .id')).map((one) => one.trim());
  assert.deepEqual(
    names,
    said.map((one) => one.area),
  );
  assert.equal(
    await page.locator('.cell').count(),
    said.reduce((sum, one) => sum + one.rows, 0),
  );
  assert.ok((await page.locator('.cell.state-failed').count()) >= 1);
  await page.locator('.toggle.state-failed').click();
  assert.ok((await page.locator('.requirement[data-state=failed]').first().innerText()).includes('failed'));
  assert.equal(await page.locator('li[data-state=proven]:visible').count(), 0);
  await page.locator('.toggle.state-failed').click();
  await go(page, '#view=coverage&requirement=REPORTED-11');
  const row = page.locator('#requirement-REPORTED-11');
  assert.match(await row.innerText(), /protocol line 334/);
  await row.getByText('in this run').click();
  await row.locator('a', { hasText: 'patch-is-answered-204' }).first().click();
  await page.locator('.case h1').waitFor();
});

await checks.check('light and dark: as the system has it, and as one says', async () => {
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await ground();
  await press('t', 't');
  const dark = await ground();
  assert.notEqual(dark, light);
  await press('t');
  await page.emulateMedia({ colorScheme: 'dark' });
  assert.equal(await ground(), dark);
  await page.emulateMedia({ media: 'print' });
  assert.equal(await ground(), 'rgb(255, 255, 255)');
  await page.emulateMedia({ media: 'screen', colorScheme: 'light' });
});

await checks.check('it has landmarks, one heading of the first rank in each view, and a name for every control', async () => {
  for (const hash of ['', '#view=cases', '#view=coverage', caseHash(failing.name)]) {
    await go(page, hash);
    assert.equal(await page.locator('main').count(), 1);
    assert.equal(await page.locator('h1').count(), 1, hash);
    const unnamed = await page.evaluate(() =>
      [...document.querySelectorAll('button, a, input, select, [role=button]')]
        .filter((one) => !(one.getAttribute('aria-label') || one.labels?.length || one.textContent.trim()))
        .map((one) => one.outerHTML.slice(0, 120)),
    );
    assert.deepEqual(unnamed, []);
  }
});

// A device's page, for what only it has.
const device = path.join(process.env.HUBSPEC_HOME ?? path.resolve(import.meta.dirname ?? '.', '../..'), 'fixtures/devices/plain.yaml');
const certified = await runProgram(
  binary,
  [
    'certify',
    '-q',
    '--device',
    device,
    ...['twin', 'telemetry', 'fin', 'loss', 'comes-back'].flatMap((one) => ['--match', `certify/**${one}**`]),
    '--report',
    `html:${file('device.html')}`,
    '--report',
    `json:${file('device.json')}`,
  ],
  { timeout: patience },
);

await checks.check('checks of cases that did not apply are not missed', async () => {
  const applied = JSON.parse(readFileSync(file('device.json'), 'utf8')).cases.filter((one) => one.verdict !== 'not applicable');
  const sum = (name) => applied.reduce((total, one) => total + one[name], 0);
  const overview = await openReport(browser, file('device.html'));
  assert.ok(
    (await overview.locator('.hero-counts').innerText()).includes(`${sum('checksExecuted')} of ${sum('checksPlanned')} checks ran`),
  );
});

await checks.check('a device has its claims, hashes and the program beside it', async () => {
  assert.ok(certified.status < 3, certified.err);
  const of = JSON.parse(readFileSync(file('device.json'), 'utf8'));
  const claims = await openReport(browser, file('device.html'), '#view=certificate');
  const text = await claims.locator('main').innerText();
  for (const part of [
    'Claims',
    'Coming back',
    'Exceptions',
    of.certification.statementHash,
    of.certification.suiteHash,
    ...of.certification.claims.map((one) => one.name),
  ])
    assert.ok(text.includes(part), part);
  const spoken = of.cases.find(
    (one) =>
      one.trace.some((line) => line.lane === 'app') && one.trace.some((line) => line.direction === 'received' && line.lane === 'device'),
  );
  await go(claims, caseHash(spoken.name));
  assert.deepEqual((await claims.locator('.lane-title:not(.muted)').allTextContents()).slice(0, 4), ['bench', 'program', 'device', 'hub']);
  await claims.locator('.diagram .row.to-hub', { hasText: 'CONNECT client id' }).first().click();
  assert.match(await claims.locator('.drawer').innerText(), /device → hub/);
  assert.deepEqual(claims.problems, []);
});

await checks.check('what a baseline expects is told apart from what fails', async () => {
  const expected = structuredClone(results);
  for (const one of expected.cases.filter((each) => each.verdict === 'fail')) {
    one.verdict = 'expected failure';
    for (const finding of one.findings) finding.verdict = 'expected failure';
  }
  writeFileSync(file('expected.json'), JSON.stringify(expected));
  await runProgram(binary, ['report', file('expected.json'), '--report', `html:${file('expected.html')}`]);
  const shown = await openReport(browser, file('expected.html'));
  assert.equal(await shown.locator('h1').innerText(), `Nothing unexpected; ${failed.length} cases failed as expected`);
  assert.equal(await shown.locator('.failure', { hasText: 'reported/patch-is-answered-204' }).count(), 0);
  await go(shown, '#view=coverage&requirement=REPORTED-11');
  assert.match(await shown.locator('#requirement-REPORTED-11').innerText(), /excused/);
  assert.deepEqual(shown.problems, []);
});

// Results that would like to be more than text.
function spoil(run) {
  const bad = '</script><script>window.hacked=1</script><img src=x onerror="window.hacked=2">\u202etxt\u0000\u001b[31m';
  run.target += bad;
  run.deviations = [bad];
  let large = true; // a megabyte is tried once in each place
  for (const one of run.cases.slice(0, 40)) {
    one.title = bad + one.title;
    one.name += bad;
    one.notes = [bad];
    for (const line of one.trace) line.text = bad + line.text + 'x'.repeat(one === run.cases[0] ? 1 << 20 : 0);
    for (const finding of one.findings) {
      finding.actual = finding.hint = finding.sourceLine = bad + 'y'.repeat(large ? 1 << 20 : 0);
      large = false;
    }
  }
  for (const one of run.requirements) one.text = bad + one.text;
  return run;
}

await checks.check('hostile results stay text', async () => {
  writeFileSync(file('hostile.json'), JSON.stringify(spoil(structuredClone(results))));
  const written = await runProgram(binary, ['report', file('hostile.json'), '--report', `html:${file('hostile.html')}`]);
  assert.ok(written.status < 3, written.err);
  const hostile = await openReport(browser, file('hostile.html'));
  for (const hash of ['', '#view=cases', '#view=coverage', caseHash(spoil(structuredClone(results)).cases[0].name)]) {
    await go(hostile, hash);
    assert.equal(await hostile.evaluate(() => window.hacked), undefined);
    assert.equal(await hostile.locator('img').count(), 0);
    const text = await hostile.locator('main').innerText();
    assert.ok(text.includes('</script><script>') && text.includes('\\u202e') && !text.includes('\u202e'), `${hash} ${text.slice(0, 500)}`);
    assert.deepEqual(hostile.problems, []);
  }
});

const views = [
  ['overview', ''],
  ['cases', '#view=cases'],
  ['coverage', '#view=coverage'],
  ['case', caseHash(failing.name)],
  ['line', `${caseHash(failing.name)}&line=${failing.findings[0].traceLine}`],
];
for (const [name, size] of Object.entries(sizes))
  for (const scheme of ['light', 'dark'])
    await checks.check(`fits and can be read: ${name}, ${scheme}`, async () => {
      const shown = await openReport(browser, file('report.html'), '', { size, scheme, reducedMotion: 'reduce' });
      for (const [view, hash] of [...views, ['certificate', '']]) {
        if (view === 'certificate') shown.file = `file://${file('device.html')}`;
        await go(shown, view === 'certificate' ? '#view=certificate' : hash);
        assert.ok(await shown.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${view} is too wide`);
        assert.deepEqual(await faintTexts(shown), [], view);
        if (process.env.HUBSPEC_SHOTS) {
          mkdirSync(process.env.HUBSPEC_SHOTS, { recursive: true });
          await shown.screenshot({ path: path.join(process.env.HUBSPEC_SHOTS, `${view}-${name}-${scheme}.png`) });
        }
      }
      assert.deepEqual(
        shown.problems.filter((one) => !one.includes('device.html')),
        [],
      );
    });

await checks.check('nothing was said on the console, thrown, or asked of anywhere', () => assert.deepEqual(page.problems, []));

await browser.close();
if (process.env.HUBSPEC_KEEP) console.log(`kept: ${folder}`);
else rmSync(folder, { recursive: true });
checks.finish();
