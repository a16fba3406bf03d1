// Mosquitto's command line client against `hubspec hub`.
// usage: node mosquitto_pub.mjs PATH-OF-HUBSPEC

import assert from 'node:assert/strict';

import { Checks, makeToken, runProgram, startHub, telemetry } from './hub.mjs';

const binary = process.argv[2];
const checks = new Checks();
const hub = await startHub(binary, '--device', 'mosquitto-device');
const service = await makeToken(binary, hub.serviceConnectionString);
const token = await makeToken(binary, hub.devices[0].connectionString);

const publish = (password, topic) =>
  runProgram('mosquitto_pub', [
    ...['-V', 'mqttv311', '-q', '1', '-h', 'localhost', '-p', String(hub.mqttPort), '--cafile', hub.caFile],
    ...['-i', 'mosquitto-device', '-u', `${hub.hostName}/mosquitto-device/?api-version=2021-04-12`, '-P', password],
    ...['-t', topic, '-m', '{"id":123}'],
  ]);

await checks.check('mosquitto_pub sends telemetry', async () => {
  const ended = await publish(token, 'devices/mosquitto-device/messages/events/colour=blue&$.ct=application%2Fjson');
  assert.equal(ended.status, 0, ended.err);
  const seen = await telemetry(hub, service, (one) => one.deviceId === 'mosquitto-device');
  assert.equal(Buffer.from(seen.body, 'base64').toString(), '{"id":123}');
  assert.equal(seen.properties.colour, 'blue');
  assert.equal(seen.systemProperties.contentType, 'application/json');
});

await checks.check('a wrong password is refused as such', async () => {
  const ended = await publish(`${token}0`, 'devices/mosquitto-device/messages/events/');
  assert.notEqual(ended.status, 0);
  assert.match(ended.err, /not authori[sz]ed/i);
});

await checks.check('the hub ends cleanly on Ctrl-C', async () => assert.deepEqual(await hub.stop(), { code: 0, signal: null }));
checks.finish();
