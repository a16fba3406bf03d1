// Azure's own device and service SDKs for Node.js, as npm has them, against `hubspec hub`.
// usage: node node_sdk.mjs PATH-OF-HUBSPEC

import assert from 'node:assert/strict';

import device from 'azure-iot-device';
import mqtt from 'azure-iot-device-mqtt';
import service from 'azure-iothub';

import { callService, Checks, once, startHub, startRelay, subscribed, telemetry } from './hub.mjs';

const checks = new Checks();
const hub = await startHub(process.argv[2], '--device', 'node-device');
const relay = await startRelay(hub.mqttPort);

const registry = service.Registry.fromConnectionString(hub.serviceConnectionString);
registry._restApiClient.setOptions({ http: { agent: hub.agent } });
const methods = service.Client.fromConnectionString(hub.serviceConnectionString);
methods._restApiClient.setOptions({ http: { agent: hub.agent } });
const parts = service.ConnectionString.parse(hub.serviceConnectionString);
const token = service.SharedAccessSignature.create(parts.HostName, parts.SharedAccessKeyName, parts.SharedAccessKey, Math.floor(Date.now() / 1000) + 3600).toString();

const connectionString = hub.devices[0].connectionString.replace(/^HostName=[^;]*/, `HostName=${hub.hostName}`);
const client = device.Client.fromConnectionString(`${connectionString};GatewayHostName=127.0.0.1:${relay.port}`, mqtt.Mqtt);
await client.setOptions({ ca: hub.ca.toString() });
let twin;

await checks.check('connects', () => client.open());

await checks.check('sends telemetry with properties', async () => {
  const message = new device.Message(JSON.stringify({ id: 123 }));
  message.messageId = 'm-1';
  message.contentType = 'application/json';
  message.contentEncoding = 'utf-8';
  message.properties.add('colour', 'blau & grün');
  await client.sendEvent(message);
  const seen = await telemetry(hub, token, (one) => one.systemProperties.messageId === 'm-1');
  assert.equal(Buffer.from(seen.body, 'base64').toString(), '{"id":123}');
  assert.equal(seen.properties.colour, 'blau & grün');
  assert.equal(seen.systemProperties.contentType, 'application/json');
  assert.equal(seen.deviceId, 'node-device');
});

await checks.check('reads its twin', async () => {
  twin = await client.getTwin();
  assert.equal(twin.properties.desired.$version, 1);
});

await checks.check('patches its reported properties', async () => {
  await new Promise((resolve, reject) => twin.properties.reported.update({ firmware: '1.1', nested: { a: 1 } }, (error) => (error ? reject(error) : resolve())));
  const { responseBody } = await registry.getTwin('node-device');
  assert.equal(responseBody.properties.reported.firmware, '1.1');
  assert.deepEqual(responseBody.properties.reported.nested, { a: 1 });
});

await checks.check('hears of desired properties', async () => {
  const seen = new Promise((resolve) => twin.on('properties.desired.interval', resolve));
  await subscribed(hub, token, '$iothub/twin/PATCH/properties/desired/#');
  await registry.updateTwin('node-device', { properties: { desired: { interval: 5 } } }, '*');
  assert.equal(await seen, 5);
});

await checks.check('answers a direct method', async () => {
  client.onDeviceMethod('reboot', (request, response) => response.send(200, { accepted: request.payload.delay }));
  await subscribed(hub, token, '$iothub/methods/POST/#');
  const answer = await methods.invokeDeviceMethod('node-device', { methodName: 'reboot', payload: { delay: 7 }, connectTimeoutInSeconds: 5 });
  assert.deepEqual(answer.result, { status: 200, payload: { accepted: 7 } });
});

async function sendCloudToDevice(text) {
  const { status } = await callService(hub, token, 'POST', '/_hubspec/devices/node-device/messages', {
    body: Buffer.from(text).toString('base64'),
    messageId: text,
    properties: { prop: 'a string' },
  });
  assert.equal(status, 200);
}

await checks.check('receives a cloud-to-device message', async () => {
  const arrived = once(client, 'message');
  await subscribed(hub, token, 'devices/node-device/messages/devicebound/#');
  await sendCloudToDevice('hello');
  const [message] = await arrived;
  assert.equal(message.data.toString(), 'hello');
  assert.equal(message.messageId, 'hello');
  assert.equal(message.properties.getValue('prop'), 'a string');
  await client.complete(message);
});

await checks.check('comes back after a drop and still hears everything', async () => {
  relay.cut();
  await client.sendEvent(new device.Message('after the drop'));
  await telemetry(hub, token, (one) => Buffer.from(one.body, 'base64').toString() === 'after the drop');
  const arrived = once(client, 'message');
  await sendCloudToDevice('again');
  assert.equal((await arrived)[0].data.toString(), 'again');
  const seen = new Promise((resolve) => twin.on('properties.desired.after', resolve));
  await registry.updateTwin('node-device', { properties: { desired: { after: true } } }, '*');
  assert.equal(await seen, true);
});

await checks.check('a registry entry is created, read and deleted', async () => {
  const { responseBody: made } = await registry.create({ deviceId: 'made-by-sdk' });
  assert.equal(made.deviceId, 'made-by-sdk');
  assert.equal(Buffer.from(made.authentication.symmetricKey.primaryKey, 'base64').length, 32);
  await assert.rejects(registry.create({ deviceId: 'made-by-sdk' }), { name: 'DeviceAlreadyExistsError' });
  await registry.delete('made-by-sdk');
  await assert.rejects(registry.get('made-by-sdk'), /Not found/);
});

await checks.check('closes', () => client.close());
await checks.check('the hub ends cleanly on Ctrl-C', async () => {
  relay.close();
  hub.agent.destroy();
  assert.deepEqual(await hub.stop(), { code: 0, signal: null });
});
checks.finish();
