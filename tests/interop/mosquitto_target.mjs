// The suite against a broker that is no IoT Hub: Mosquitto over TLS. It ends, with the failures that it must have.
// usage: node mosquitto_target.mjs PATH-OF-HUBSPEC
// HUBSPEC_UPDATE=1 writes mosquitto_target.txt anew, which pins the verdict of every case.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { Checks, runProgram } from './hub.mjs';

const binary = process.argv[2];
const here = path.dirname(fileURLToPath(import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'hubspec-mosquitto-'));
const file = (name) => path.join(folder, name);
const checks = new Checks();

async function makeCertificate() {
  const made = await runProgram('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=hub.example'],
    ...['-addext', 'subjectAltName=DNS:hub.example,DNS:localhost,IP:127.0.0.1', '-keyout', file('key.pem'), '-out', file('ca.pem')],
  ]);
  if (made.status !== 0) throw new Error(made.err);
}

const freePort = () =>
  new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

// Mosquitto takes no port 0, so another process may have taken the one that was free.
async function startBroker() {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const port = await freePort();
    writeFileSync(
      file('mosquitto.conf'),
      `listener ${port} 127.0.0.1\ncafile ${file('ca.pem')}\ncertfile ${file('ca.pem')}\nkeyfile ${file('key.pem')}\nallow_anonymous true\nuser root\n`,
    );
    const broker = spawn('mosquitto', ['-c', file('mosquitto.conf')], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    const up = await new Promise((resolve, reject) => {
      broker.once('error', reject);
      broker.once('exit', () => resolve(false));
      broker.stderr.on('data', (chunk) => {
        said += chunk;
        if (/mosquitto version .* running/.test(said)) resolve(true);
      });
    });
    if (up) return { broker, port };
  }
  throw new Error('mosquitto did not start');
}

await makeCertificate();
const { broker, port } = await startBroker();
writeFileSync(file('key.txt'), Buffer.alloc(32, 7).toString('base64'));
const identities = Array.from({ length: 16 }, (_, i) => `  - {id: device-${i}, key: {file: key.txt}}\n`).join('');
writeFileSync(
  file('target.yaml'),
  `name: mosquitto\nhost: hub.example\naddress: 127.0.0.1\nports: {mqtt: ${port}}\nca: ca.pem\nwithin: 5s\nlongest_wait: 5s\nidentities:\n${identities}`,
);
const ended = await runProgram(binary, ['run', '--target', file('target.yaml'), '--jobs', '8', '--report', `json:${file('results.json')}`, '--report', `junit:${file('results.xml')}`]);
broker.kill();

await checks.check('the run ends with status 1', () => assert.equal(ended.status, 1, ended.err));

const { cases } = JSON.parse(readFileSync(file('results.json')));
const pinned = path.join(here, 'mosquitto_target.txt');
if (process.env.HUBSPEC_UPDATE) writeFileSync(pinned, cases.map((one) => `${one.verdict}  ${one.name}\n`).join(''));

// A scenario that is newer than the file is free until the file is written anew.
await checks.check('the verdicts are those that are pinned', () => {
  const verdicts = new Map(cases.map((one) => [one.name, one.verdict]));
  const lines = readFileSync(pinned, 'utf8').trimEnd().split('\n');
  assert.ok(lines.length > 100);
  const found = lines.map((line) => line.slice(line.indexOf('  ') + 2)).map((name) => `${verdicts.get(name)}  ${name}`);
  assert.deepEqual(found, lines);
});

await checks.check('no case is an error: it is the broker that is wrong', () =>
  assert.deepEqual(cases.filter((one) => one.verdict === 'error').map((one) => one.name), []));

await checks.check('the JUnit file has the failures', () => assert.match(readFileSync(file('results.xml'), 'utf8'), /<failure /));

rmSync(folder, { recursive: true });
checks.finish();
