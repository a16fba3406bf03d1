// The suite against a broker that is no IoT Hub: it ends, with the failures that it must have, and blames nobody falsely.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { makeCertificate } from './broker.mjs';
import { Checks, runProgram } from './hub.mjs';

// `start` gets a folder with ca.pem and key.pem and gives {port, stop}. HUBSPEC_UPDATE=1 writes NAME_target.txt anew,
// which pins the verdict of every case.
export async function judgeTarget(binary, name, start) {
  const checks = new Checks();
  const folder = mkdtempSync(path.join(tmpdir(), `hubspec-${name}-`));
  const file = (one) => path.join(folder, one);
  await makeCertificate(folder);
  const broker = await start(folder);
  writeFileSync(file('key.txt'), Buffer.alloc(32, 7).toString('base64'));
  const identities = Array.from({ length: 64 }, (_, i) => `  - {id: device-${i}, key: {file: key.txt}}\n`).join('');
  writeFileSync(
    file('target.yaml'),
    `name: ${name}\nhost: hub.example\naddress: 127.0.0.1\nports: {mqtt: ${broker.port}}\nca: ca.pem\nwithin: 3s\nlongest_wait: 5s\nidentities:\n${identities}`,
  );
  const reports = ['--report', `json:${file('results.json')}`, '--report', `junit:${file('results.xml')}`];
  const ended = await runProgram(binary, ['run', '--target', file('target.yaml'), '--jobs', '32', ...reports], { timeout: 300_000 });
  await broker.stop();

  await checks.check('the run ends with status 1', () => assert.equal(ended.status, 1, ended.err));

  const { cases } = JSON.parse(readFileSync(file('results.json')));
  const pinned = new URL(`${name}_target.txt`, import.meta.url);
  if (process.env.HUBSPEC_UPDATE) writeFileSync(pinned, cases.map((one) => `${one.verdict}  ${one.name}\n`).join(''));

  // A scenario that is newer than the file is free until the file is written anew.
  await checks.check('the verdicts are those that are pinned', () => {
    const verdicts = new Map(cases.map((one) => [one.name, one.verdict]));
    const lines = readFileSync(pinned, 'utf8').trimEnd().split('\n');
    assert.ok(lines.length > 100);
    const found = lines.map((line) => line.slice(line.indexOf('  ') + 2)).map((one) => `${verdicts.get(one)}  ${one}`);
    assert.deepEqual(found, lines);
  });

  await checks.check('no case is an error: it is the broker that is wrong', () =>
    assert.deepEqual(cases.filter((one) => one.verdict === 'error').map((one) => one.name), []));

  await checks.check('the JUnit file has the failures', () => assert.match(readFileSync(file('results.xml'), 'utf8'), /<failure /));

  if (process.env.HUBSPEC_KEEP) console.log(`kept: ${folder}`);
  else rmSync(folder, { recursive: true });
  checks.finish();
}
