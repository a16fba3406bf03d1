// No test: how large the HTML report is, and how long Chromium takes until it can be used, for so many cases.
// usage: node html_figures.mjs PATH-OF-HUBSPEC [RESULTS.json]

import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { go, openReport, sizes, startBrowser } from './browser.mjs';
import { newFolder, runProgram } from './hub.mjs';

const [binary, given] = process.argv.slice(2);
const folder = newFolder();
const file = (name) => path.join(folder, name);
if (!given) await runProgram(binary, ['run', '-q', '--deviation', 'reported-patch-answers-200', '--report', `json:${file('real.json')}`]);
const run = JSON.parse(readFileSync(given ?? file('real.json'), 'utf8'));
// Real cases again and again, each with other times and ids in its lines.
const varied = (one, round) => ({
  ...one,
  name: round === 0 ? one.name : `${one.name} (${round + 1})`,
  trace: one.trace.map((line, i) => ({
    ...line,
    atMicroseconds: line.atMicroseconds + ((round * 7919 + i * 104729) % 997),
    text: line.text.replaceAll('rid-', `rid-${round}`),
    hex: line.hex.replace(/^((?:\S\S ){6,}?)(\S\S)/, (_, head) => head + ((round * 31) % 256).toString(16).padStart(2, '0')),
  })),
});
const median = (all) => all.sort((a, b) => a - b)[Math.floor(all.length / 2)];
const browser = await startBrowser();

// Until the first view is there and answers to keys, and the slowest frame of a long scroll through the list.
async function opened(name, size) {
  const page = await openReport(browser, file(name), '', { size });
  const ready = [];
  for (let i = 0; i < 5; i += 1) {
    await go(page, '');
    ready.push(await page.evaluate(() => performance.getEntriesByName('ready')[0].startTime));
  }
  await go(page, '#view=cases');
  const frames = await page.evaluate(async () => {
    const took = [];
    let before = performance.now();
    for (let i = 1; i <= 120; i += 1) {
      scrollTo(0, (document.documentElement.scrollHeight * i) / 120);
      await new Promise(requestAnimationFrame);
      took.push(performance.now() - before);
      before = performance.now();
    }
    return took.sort((a, b) => a - b);
  });
  await page.close();
  return { ready: median(ready), frame: frames[Math.floor(frames.length * 0.95)] };
}

const row = (...cells) => console.log(cells.map((cell) => String(cell).padStart(11)).join(' '));
row('cases', 'json', 'html', 'written', 'desk', 'phone', '95% frame');
for (const count of [100, 1000, 10_000]) {
  const cases = Array.from({ length: count }, (_, i) => varied(run.cases[i % run.cases.length], Math.floor(i / run.cases.length)));
  writeFileSync(file('many.json'), JSON.stringify({ ...run, cases }));
  const began = performance.now();
  await runProgram(binary, ['report', file('many.json'), '--report', `html:${file('many.html')}`]);
  const written = performance.now() - began;
  const [desk, phone] = [await opened('many.html', sizes.desk), await opened('many.html', sizes.phone)];
  const megabytes = (name) => `${(statSync(file(name)).size / 1e6).toFixed(2)} MB`;
  row(
    count,
    megabytes('many.json'),
    megabytes('many.html'),
    `${Math.round(written)} ms`,
    `${Math.round(desk.ready)} ms`,
    `${Math.round(phone.ready)} ms`,
    `${Math.round(Math.max(desk.frame, phone.frame))} ms`,
  );
}
await browser.close();
if (process.env.HUBSPEC_KEEP) console.log(`kept: ${folder}`);
else rmSync(folder, { recursive: true });
