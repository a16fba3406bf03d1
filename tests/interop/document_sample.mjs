// The protocol document's Python sample, unchanged, against `hubspec hub`.
// usage: node document_sample.mjs PATH-OF-HUBSPEC

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';

import { Checks, makeToken, runProgram, startHub, telemetry } from './hub.mjs';

const binary = process.argv[2];
const checks = new Checks();
const hub = await startHub(binary, '--device', 'sample-device');
const service = await makeToken(binary, hub.serviceConnectionString);

await checks.check('the sample connects and its message is acknowledged', async () => {
  const token = await makeToken(binary, hub.devices[0].connectionString);
  const name = hub.hostName.replace('.azure-devices.net', '');
  const ended = await runProgram('/usr/bin/python3', [fileURLToPath(new URL('document_sample.py', import.meta.url)), hub.caFile, 'sample-device', token, name, String(hub.mqttPort)]);
  assert.equal(ended.status, 0, ended.out + ended.err);
  assert.match(ended.out, /Device connected with result code: 0\n/);
  assert.match(ended.out, /Device sent message\n/);
});

await checks.check('the message reaches the back end', async () => {
  const seen = await telemetry(hub, service, (one) => one.deviceId === 'sample-device');
  assert.equal(Buffer.from(seen.body, 'base64').toString(), '{"id":123}');
});

await checks.check('the hub ends cleanly on Ctrl-C', async () => assert.deepEqual(await hub.stop(), { code: 0, signal: null }));
checks.finish();
