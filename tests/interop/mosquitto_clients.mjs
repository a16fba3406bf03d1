// Mosquitto's command line clients against `hubspec hub`.
// usage: node mosquitto_clients.mjs PATH-OF-HUBSPEC

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';

import { Checks, makeToken, runProgram, settled, startHub, subscribed, telemetry, textOf } from './hub.mjs';

const binary = process.argv[2];
const checks = new Checks();
const hub = await startHub(binary, '--device', 'mosquitto-device');
const service = await makeToken(binary, hub.serviceConnectionString);
const token = await makeToken(binary, hub.devices[0].connectionString);

const account = (password = token) => [
  ...['-V', 'mqttv311', '-h', 'localhost', '-p', String(hub.mqttPort), '--cafile', hub.caFile],
  ...['-i', 'mosquitto-device', '-u', `${hub.hostName}/mosquitto-device/?api-version=2021-04-12`, '-P', password],
];
const publish = (password, topic) => runProgram('mosquitto_pub', [...account(password), '-q', '1', '-t', topic, '-m', '{"id":123}']);
const messages = 'devices/mosquitto-device/messages/devicebound/#';

// mosquitto_sub that ends with its first message, 20 s at most.
const listenTo = (filter, ...options) => runProgram('mosquitto_sub', [...account(), '-q', '1', '-C', '1', '-W', '20', '-t', filter, '-F', '%t %q %p', ...options]);

async function send(text) {
  await hub.backEnd.send('mosquitto-device', { body: Buffer.from(text).toString('base64') });
}

await checks.check('mosquitto_pub sends telemetry', async () => {
  const ended = await publish(token, 'devices/mosquitto-device/messages/events/colour=blue&$.ct=application%2Fjson');
  assert.equal(ended.status, 0, ended.err);
  const seen = await telemetry(hub, (one) => one.deviceId === 'mosquitto-device');
  assert.equal(textOf(seen), '{"id":123}');
  assert.equal(seen.properties.colour, 'blue');
  assert.equal(seen.systemProperties.contentType, 'application/json');
});

await checks.check('a wrong password is refused as such', async () => {
  const ended = await publish(`${token}0`, 'devices/mosquitto-device/messages/events/');
  assert.notEqual(ended.status, 0);
  assert.match(ended.err, /not authori[sz]ed/i);
});

for (const filter of [messages, '#']) {
  await checks.check(`mosquitto_sub -t '${filter}' receives and acknowledges a cloud-to-device message`, async () => {
    const listening = listenTo(filter);
    await subscribed(hub, service, 'mosquitto-device', filter);
    await send('hello');
    const ended = await listening;
    assert.equal(ended.status, 0, ended.err);
    assert.match(ended.out, /^devices\/mosquitto-device\/messages\/devicebound\/\S* 1 hello\n$/);
    await settled(hub, service, 'mosquitto-device');
  });
}

await checks.check('mosquitto_sub -c receives what was sent while it was away', async () => {
  const away = await runProgram('mosquitto_sub', [...account(), '-q', '1', '-c', '-E', '-t', messages]);
  assert.equal(away.status, 0, away.err);
  await send('while away');
  const ended = await listenTo(messages, '-c');
  assert.match(ended.out, / 1 while away\n$/);
});

await checks.check('mosquitto_sub that is killed leaves its Will as telemetry', async () => {
  const will = ['--will-topic', 'devices/mosquitto-device/messages/events/', '--will-payload', 'gone', '--will-qos', '1'];
  const child = spawn('mosquitto_sub', [...account(), '-t', messages, ...will]);
  await subscribed(hub, service, 'mosquitto-device', messages);
  child.kill('SIGKILL');
  const seen = await telemetry(hub, (one) => textOf(one) === 'gone');
  assert.equal(seen.properties['iothub-MessageType'], 'Will');
});

await checks.check('the hub ends cleanly on Ctrl-C', async () => assert.deepEqual(await hub.stop(), { code: 0, signal: null }));
checks.finish();
