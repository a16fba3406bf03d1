// The protocol document's Python sample, unchanged, and its variant for certificates, against `hubspec hub`.
// usage: node document_sample.mjs PATH-OF-HUBSPEC

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';

import { Checks, makeToken, patience, runProgram, startHub, telemetry, textOf } from './hub.mjs';

const binary = process.argv[2];
const checks = new Checks();
const hub = await startHub(binary, '--device', 'sample-device', '--x509-device', 'certified-device', '--x509-device', 'other-device');
const known = Object.fromEntries(hub.devices.map((one) => [one.deviceId, one]));
const certificateOf = (id) => ({ DEVICE_CERTIFICATE: known[id].certificateFile, DEVICE_PRIVATE_KEY: known[id].keyFile });

function runSample(id, proof) {
  const file = fileURLToPath(new URL('../../fixtures/devices/document_sample.py', import.meta.url));
  const env = { ...process.env, DEVICE_HOST: hub.hostName, DEVICE_PORT: String(hub.mqttPort), DEVICE_CA: hub.caFile, DEVICE_ID: id, ...proof };
  return runProgram('/usr/bin/python3', [file, '--once'], { env, timeout: patience });
}

const variants = {
  'the sample': ['sample-device', { DEVICE_SAS_TOKEN: await makeToken(binary, known['sample-device'].connectionString) }],
  'its X.509 variant': ['certified-device', certificateOf('certified-device')],
};
for (const [variant, [id, proof]] of Object.entries(variants)) {
  await checks.check(`${variant} connects and its message is acknowledged`, async () => {
    const ended = await runSample(id, proof);
    assert.equal(ended.status, 0, ended.out + ended.err);
    assert.match(ended.out, /Device connected with result code: 0\n/);
    assert.match(ended.out, /Device sent message\n/);
  });
  await checks.check(`the message of ${variant} reaches the back end`, async () => {
    const seen = await telemetry(hub, (one) => one.deviceId === id);
    assert.equal(textOf(seen), '{"id":123}');
  });
}

// The sample goes on trying for ever; the first refusal is what counts.
await checks.check('its X.509 variant with the certificate of another device is refused with result code 5', async () => {
  const ended = await runSample('certified-device', certificateOf('other-device'));
  assert.equal(ended.status, 1, ended.out + ended.err);
  assert.match(ended.out, /^Device connected with result code: 5\n/);
});

await checks.check('the hub ends cleanly on Ctrl-C', async () => assert.deepEqual(await hub.stop(), { code: 0, signal: null }));
checks.finish();
