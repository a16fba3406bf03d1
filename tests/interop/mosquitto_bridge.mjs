// A Mosquitto broker that bridges to `hubspec hub`: what it sends by default, what the hub makes of it, and which settings
// make a bridge that works.
// usage: node mosquitto_bridge.mjs PATH-OF-HUBSPEC

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import mqtt from 'mqtt';

import { startMosquitto } from './broker.mjs';
import { Checks, listen, makeToken, settled, startHub, subscribed, telemetry, textOf, until } from './hub.mjs';
import { connectDevice } from './mqtt_device.mjs';
import { startTap } from './tap.mjs';

const binary = process.argv[2];
const checks = new Checks();
// Each bridge has a device of its own.
const settings = {
  'by-default': [],
  quiet: ['notifications false'],
  'local-only': ['notifications_local_only true', 'try_private false'],
};
const hub = await startHub(binary, ...Object.keys(settings).flatMap((id) => ['--device', id]));
const service = await makeToken(binary, hub.serviceConnectionString);

async function startBridge(id) {
  const folder = mkdtempSync(path.join(tmpdir(), 'hubspec-bridge-'));
  const tap = await startTap(hub);
  const token = await makeToken(binary, hub.devices.find(({ deviceId }) => deviceId === id).connectionString);
  const broker = await startMosquitto(folder, [
    ...['connection hub', `address localhost:${tap.port}`, `bridge_cafile ${hub.caFile}`, `remote_clientid ${id}`],
    ...[`remote_username ${hub.hostName}/${id}/?api-version=2021-04-12`, `remote_password ${token}`],
    ...[`topic devices/${id}/messages/events/# out 1`, `topic devices/${id}/messages/devicebound/# in 1`, ...settings[id]],
  ]);
  const stop = async () => {
    await broker.stop();
    tap.close();
    rmSync(folder, { recursive: true });
  };
  return { ...broker, id, tap, stop };
}

const names = (packets) => packets.map(({ cmd, topic, subscriptions, unsubscriptions }) => [cmd, topic ?? subscriptions?.[0].topic ?? unsubscriptions?.[0]].filter(Boolean).join(' '));
const logged = (id, operation) => until(hub, service, '/_hubspec/log?wait=1000', ({ entries }) => entries.find((one) => one.deviceId === id && one.operationName === operation));

// The first try has the bit of bridges in the protocol level; the next, after about 5 s, has not.
const refusedThenConnected = ([first, second]) => {
  assert.deepEqual([first[0].protocolVersion, first[0].bridgeMode, first.length], [4, true, 1]);
  assert.deepEqual([second[0].protocolVersion, second[0].bridgeMode], [4, undefined]);
};

const bridges = Object.fromEntries(await Promise.all(Object.keys(settings).map(async (id) => [id, await startBridge(id)])));

// Messages in both directions, through the broker at the other end of the bridge.
async function carriesMessages({ id, port }) {
  await subscribed(hub, service, id, `devices/${id}/messages/devicebound/#`);
  const local = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`);
  await local.publishAsync(`devices/${id}/messages/events/colour=blue`, 'up', { qos: 1 });
  const seen = await telemetry(hub, (one) => one.deviceId === id);
  assert.equal(textOf(seen), 'up');
  assert.deepEqual(seen.properties, { colour: 'blue' });
  const next = listen(local, 'message');
  await local.subscribeAsync(`devices/${id}/messages/devicebound/#`, { qos: 1 });
  await hub.backEnd.send(id, { body: Buffer.from('down').toString('base64') });
  assert.equal((await next())[1].toString(), 'down');
  await local.endAsync();
  await settled(hub, service, id);
}

await checks.check('local notifications, no private bit: messages pass in both directions at once', async () => {
  await carriesMessages(bridges['local-only']);
  const [sent] = bridges['local-only'].tap.connections;
  assert.equal(sent[0].will, undefined);
  assert.deepEqual(names(sent).slice(0, 3), [
    'connect',
    'unsubscribe devices/local-only/messages/events/#',
    'subscribe devices/local-only/messages/devicebound/#',
  ]);
});

await checks.check('default settings: the hub refuses the protocol level 0x84; at the second try the notification on $SYS/... ends the connection', async () => {
  const { properties, resultType } = await logged('by-default', 'deviceDisconnect');
  assert.equal(properties.reason, 'PUBLISH to a topic that the hub does not support');
  assert.equal(resultType, 400003);
  assert.match(bridges['by-default'].said(), /Connection Refused: unacceptable protocol version/);
  const { connections } = bridges['by-default'].tap;
  refusedThenConnected(connections);
  const [connect, publish] = connections[1];
  for (const one of [connect.will, publish]) {
    assert.match(one.topic, /^\$SYS\/broker\/connection\/.*\/state$/);
    assert.equal(one.retain, true);
  }
  assert.deepEqual([connect.clean, connect.keepalive, connect.will.payload.toString(), publish.payload.toString()], [false, 60, '0', '1']);
});

// All that a device sends is in one partition, in order: what it sends after the bridge is gone comes last.
await checks.check('default settings: neither notification nor Will becomes telemetry', async () => {
  await bridges['by-default'].stop();
  const device = await connectDevice(binary, hub, hub.devices.find(({ deviceId }) => deviceId === 'by-default'));
  await device.send('the last');
  const ofDevice = (one) => one.deviceId === 'by-default';
  await telemetry(hub, (one) => ofDevice(one) && textOf(one) === 'the last');
  assert.deepEqual(hub.backEnd.seen.filter(ofDevice).map(textOf), ['the last']);
  device.close();
});

await checks.check('notifications false: refused once, then messages pass in both directions', async () => {
  await carriesMessages(bridges.quiet);
  refusedThenConnected(bridges.quiet.tap.connections);
  assert.equal(bridges.quiet.tap.connections[1][0].will, undefined);
});

for (const id of ['quiet', 'local-only']) await bridges[id].stop();
await checks.check('the hub ends cleanly on Ctrl-C', async () => assert.deepEqual(await hub.stop(), { code: 0, signal: null }));
checks.finish();
