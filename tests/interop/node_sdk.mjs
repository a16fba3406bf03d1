// Azure's own device and service SDKs for Node.js, as npm has them, against `hubspec hub`: each case over MQTT and over
// MQTT over WebSocket, as each kind of identity.
// usage: node node_sdk.mjs PATH-OF-HUBSPEC

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import device from 'azure-iot-device';
import mqtt from 'azure-iot-device-mqtt';
import service from 'azure-iothub';

import { agentFor, callService, Checks, listen, makeToken, runProgram, settled, startHub, startRelay, subscribed, telemetry, textOf, until } from './hub.mjs';

const binary = process.argv[2];
const checks = new Checks();
const hub = await startHub(binary, '--device', 'plain', '--device', 'renewed', '--module', 'plain/part', '--x509-device', 'signed');
const token = await makeToken(binary, hub.serviceConnectionString);

const overTheAgent = { http: { agent: hub.agent } };
const registry = service.Registry.fromConnectionString(hub.serviceConnectionString);
registry._restApiClient.setOptions(overTheAgent);
const methods = service.Client.fromConnectionString(hub.serviceConnectionString);
methods._restApiClient.setOptions(overTheAgent);

const [plain, renewed, signed, part] = hub.devices;

// The ways in which the SDK is told who it is; a gateway is the address to connect to.
const byConnectionString = (kind, { connectionString }) => (make, gateway) => kind.fromConnectionString(`${connectionString};GatewayHostName=${gateway}`, make);
const byCertificate = ({ deviceId, certificateFile, keyFile }) => {
  const x509 = { cert: readFileSync(certificateFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
  return (make, gatewayHostName) =>
    device.Client.fromAuthenticationProvider(new device.X509AuthenticationProvider({ host: hub.hostName, deviceId, gatewayHostName, x509 }), make);
};
const byToken = ({ deviceId, connectionString }) => async (make, gatewayHostName) => {
  const sharedAccessSignature = await makeToken(binary, connectionString);
  return device.Client.fromAuthenticationProvider(
    new device.SharedAccessSignatureAuthenticationProvider({ host: hub.hostName, deviceId, gatewayHostName, sharedAccessSignature }),
    make,
  );
};

// A device that makes its own certificate and is known by the thumbprint.
async function addSelfSigned(deviceId) {
  const folder = mkdtempSync(path.join(tmpdir(), 'hubspec-pki-'));
  const made = await runProgram(binary, ['pki', folder, '--self-signed', deviceId, '--json']);
  assert.equal(made.status, 0, made.err);
  const [{ certificateFile, keyFile, sha1Thumbprint }] = JSON.parse(made.out).devices;
  const x509Thumbprint = { primaryThumbprint: sha1Thumbprint, secondaryThumbprint: sha1Thumbprint };
  await registry.create({ deviceId, authentication: { type: 'selfSigned', x509Thumbprint } });
  const client = byCertificate({ deviceId, certificateFile, keyFile });
  rmSync(folder, { recursive: true });
  return { name: 'X.509 device of its own', deviceId, client };
}

const identities = [
  { name: 'device', ...plain, client: byConnectionString(device.Client, plain) },
  { name: 'module', ...part, client: byConnectionString(device.ModuleClient, part) },
  { name: 'device with a token', ...renewed, renews: true, client: byToken(renewed) },
  { name: 'X.509 device of an authority', ...signed, client: byCertificate(signed) },
  await addSelfSigned('self-signed'),
];
const transports = [
  { name: 'Mqtt', make: mqtt.Mqtt, port: hub.mqttPort },
  { name: 'MqttWs', make: mqtt.MqttWs, port: hub.httpsPort },
];

// One client of the SDK behind a relay, whose network can fail. The SDK's way to another hub is a gateway; its WebSocket
// always goes to port 443, so there an agent leads the way.
async function takeSeat(transport, identity) {
  const relay = await startRelay(transport.port);
  const gateway = `127.0.0.1${transport.make === mqtt.MqttWs ? '' : `:${relay.port}`}`;
  const client = await identity.client(transport.make, gateway);
  await client.setOptions({ ca: hub.ca.toString(), mqtt: { webSocketAgent: agentFor(hub, hub.ca, relay.port) } });
  const { deviceId, moduleId } = identity;
  const clientId = moduleId ? `${deviceId}/${moduleId}` : deviceId;
  return {
    ...{ transport, identity, relay, client, deviceId, moduleId, clientId, twin: undefined, next: undefined },
    run: `${transport.name} ${clientId} `,
    subscribed: (filter) => subscribed(hub, token, clientId, filter),
    settled: () => settled(hub, token, clientId),
    readTwin: async () => (await (moduleId ? registry.getModuleTwin(deviceId, moduleId) : registry.getTwin(deviceId))).responseBody,
    patchDesired: (desired) =>
      moduleId
        ? registry.updateModuleTwin(deviceId, moduleId, { properties: { desired } }, '*')
        : registry.updateTwin(deviceId, { properties: { desired } }, '*'),
    invoke: async (request) => (await methods.invokeDeviceMethod(...(moduleId ? [deviceId, moduleId, request] : [deviceId, request]))).result,
  };
}

const isDevice = ({ moduleId }) => moduleId === undefined;
const isModule = ({ moduleId }) => moduleId !== undefined;
const renewsItsToken = ({ renews }) => renews === true;

const messageOf = (text) => ({ body: Buffer.from(text).toString('base64'), messageId: text, properties: { prop: 'a string', none: null } });
const sendToDevice = (seat, text) => hub.backEnd.send(seat.deviceId, messageOf(text));
async function sendToInput(seat, text) {
  const target = `/_hubspec/devices/${seat.deviceId}/modules/${seat.moduleId}/inputs/in1`;
  assert.equal((await callService(hub, token, 'POST', target, messageOf(text))).status, 200);
}
const send = (seat, text) => (isModule(seat) ? sendToInput : sendToDevice)(seat, text);
const listenFor = (seat) => (seat.next ??= listen(seat.client, isModule(seat) ? 'inputMessage' : 'message'));
const arrival = async (seat) => (await listenFor(seat)()).at(-1);
// The SDK also tells of what is there already.
const desired = (seat, member, value) => new Promise((resolve) => seat.twin.on(`properties.desired.${member}`, (seen) => seen === value && resolve()));

// The table: what is done, as whom, and how.
const cases = [
  ['connects', () => true, (seat) => seat.client.open()],
  [
    'sends telemetry with properties',
    () => true,
    async (seat) => {
      const message = new device.Message(JSON.stringify({ id: 123 }));
      Object.assign(message, { messageId: `${seat.run}m-1`, correlationId: 'c 1', contentType: 'application/json', contentEncoding: 'utf-8' });
      message.properties.add('colour', 'blau & grün');
      await seat.client.sendEvent(message);
      const seen = await telemetry(hub, (one) => one.systemProperties.messageId === `${seat.run}m-1`);
      assert.equal(textOf(seen), '{"id":123}');
      assert.deepEqual(seen.properties, { colour: 'blau & grün' });
      assert.equal(seen.systemProperties.contentType, 'application/json');
      assert.equal(seen.systemProperties.contentEncoding, 'utf-8');
      assert.equal(seen.systemProperties.correlationId, 'c 1');
      assert.deepEqual([seen.deviceId, seen.moduleId], [seat.deviceId, seat.moduleId ?? null]);
    },
  ],
  [
    'sends through an output',
    isModule,
    async (seat) => {
      await seat.client.sendOutputEvent('out1', new device.Message(`${seat.run}output`));
      const seen = await telemetry(hub, (one) => textOf(one) === `${seat.run}output`);
      assert.equal(seen.systemProperties.outputName, 'out1');
    },
  ],
  [
    'reads its twin',
    () => true,
    async (seat) => {
      seat.twin = await seat.client.getTwin();
      const { properties } = await seat.readTwin();
      assert.equal(seat.twin.properties.desired.$version, properties.desired.$version);
      assert.equal(seat.twin.properties.reported.$version, properties.reported.$version);
    },
  ],
  [
    'patches its reported properties',
    () => true,
    async (seat) => {
      const patch = { firmware: seat.run, nested: { a: 1 }, gone: null };
      await new Promise((resolve, reject) => seat.twin.properties.reported.update(patch, (error) => (error ? reject(error) : resolve())));
      const { reported } = (await seat.readTwin()).properties;
      assert.equal(reported.firmware, seat.run);
      assert.deepEqual(reported.nested, { a: 1 });
      assert.equal('gone' in reported, false);
    },
  ],
  [
    'hears why a patch is refused',
    () => true,
    (seat) =>
      assert.rejects(
        new Promise((resolve, reject) => seat.twin.properties.reported.update({ text: 'x'.repeat(5000) }, (error) => (error ? reject(error) : resolve()))),
        { message: 'a string value is longer than 4 KB' },
      ),
  ],
  [
    'hears of desired properties',
    () => true,
    async (seat) => {
      const seen = desired(seat, 'interval', seat.run);
      await seat.subscribed('$iothub/twin/PATCH/properties/desired/#');
      await seat.patchDesired({ interval: seat.run });
      await seen;
    },
  ],
  [
    'answers a direct method',
    () => true,
    async (seat) => {
      const answer = (request, response) => response.send(201, { accepted: request.payload.delay });
      if (isModule(seat)) seat.client.onMethod('reboot', answer);
      else seat.client.onDeviceMethod('reboot', answer);
      await seat.subscribed('$iothub/methods/POST/#');
      assert.deepEqual(await seat.invoke({ methodName: 'reboot', payload: { delay: 7 }, connectTimeoutInSeconds: 5 }), { status: 201, payload: { accepted: 7 } });
    },
  ],
  [
    'receives and completes a cloud-to-device message',
    isDevice,
    async (seat) => {
      const arrived = arrival(seat);
      await seat.subscribed(`devices/${seat.deviceId}/messages/devicebound/#`);
      await sendToDevice(seat, `${seat.run}hello`);
      const message = await arrived;
      assert.equal(message.data.toString(), `${seat.run}hello`);
      assert.equal(message.messageId, `${seat.run}hello`);
      assert.equal(message.properties.getValue('prop'), 'a string');
      assert.equal(message.properties.getValue('none'), 'undefined', 'a key alone is that text to the SDK');
      await seat.client.complete(message);
      await seat.settled();
    },
  ],
  [
    'can neither reject nor abandon a message over MQTT',
    isDevice,
    async (seat) => {
      const arrived = arrival(seat);
      await sendToDevice(seat, `${seat.run}reject`);
      const message = await arrived;
      await assert.rejects(seat.client.reject(message), { name: 'NotImplementedError' });
      await assert.rejects(seat.client.abandon(message), { name: 'NotImplementedError' });
      await seat.settled();
    },
  ],
  [
    'receives a message on its input',
    isModule,
    async (seat) => {
      const arrived = listenFor(seat)();
      await seat.subscribed(`devices/${seat.deviceId}/modules/${seat.moduleId}/inputs/#`);
      await sendToInput(seat, `${seat.run}input`);
      const [input, message] = await arrived;
      assert.equal(input, 'in1');
      assert.equal(message.data.toString(), `${seat.run}input`);
      assert.equal(message.properties.getValue('prop'), 'a string');
    },
  ],
  [
    'goes on after its token is renewed, and subscribes nothing',
    renewsItsToken,
    async (seat) => {
      const before = await seat.subscribed('$iothub/methods/POST/#');
      const fresh = await makeToken(binary, seat.identity.connectionString);
      await new Promise((resolve, reject) => seat.client.updateSharedAccessSignature(fresh, (error) => (error ? reject(error) : resolve())));
      const after = await until(hub, token, '/_hubspec/connections', ({ connections }) => connections.find((one) => one.open && one.clientId === seat.clientId && one.id !== before.id));
      assert.deepEqual(after.subscriptions, before.subscriptions);
      assert.equal(after.packetsReceived, 1, 'only CONNECT came on the new connection');
      const arrived = arrival(seat);
      await sendToDevice(seat, `${seat.run}renewed`);
      assert.equal((await arrived).data.toString(), `${seat.run}renewed`);
    },
  ],
  [
    'comes back after a drop and still hears everything',
    () => true,
    async (seat) => {
      await seat.settled(); // what is not acknowledged before the drop comes again
      seat.relay.cut();
      await seat.client.sendEvent(new device.Message(`${seat.run}after the drop`));
      await telemetry(hub, (one) => textOf(one) === `${seat.run}after the drop`);
      const arrived = arrival(seat);
      await send(seat, `${seat.run}again`);
      assert.equal((await arrived).data.toString(), `${seat.run}again`);
      const seen = desired(seat, 'after', seat.run);
      await seat.patchDesired({ after: seat.run });
      await seen;
    },
  ],
  ['closes', () => true, (seat) => seat.client.close()],
];

for (const transport of transports) {
  for (const identity of identities) {
    const seat = await takeSeat(transport, identity);
    for (const [name, applies, work] of cases) {
      if (!applies(identity)) continue;
      const held = await checks.check(`${transport.name}, ${identity.name}: ${name}`, () => work(seat));
      if (!held && name === 'connects') break;
    }
    seat.relay.close();
  }
}

await checks.check('the service SDK creates, reads and deletes a registry entry', async () => {
  const { responseBody: made } = await registry.create({ deviceId: 'made-by-sdk' });
  assert.equal(made.deviceId, 'made-by-sdk');
  assert.equal(Buffer.from(made.authentication.symmetricKey.primaryKey, 'base64').length, 32);
  await assert.rejects(registry.create({ deviceId: 'made-by-sdk' }), { name: 'DeviceAlreadyExistsError' });
  await registry.delete('made-by-sdk');
  await assert.rejects(registry.get('made-by-sdk'), /Not found/);
});
await checks.check('the service SDK lists, counts and queries in pages', async () => {
  assert.deepEqual((await registry.list()).responseBody.map((one) => one.deviceId), ['plain', 'renewed', 'self-signed', 'signed']);
  assert.equal((await registry.getRegistryStatistics()).responseBody.totalDeviceCount, 4);
  assert.deepEqual((await registry.getModulesOnDevice('plain')).responseBody.map((one) => one.moduleId), ['part']);
  const query = registry.createQuery('SELECT * FROM devices', 3);
  const pages = [];
  while (query.hasMoreResults) pages.push((await query.nextAsTwin()).result.map((twin) => twin.deviceId));
  assert.deepEqual(pages, [['plain', 'renewed', 'self-signed'], ['signed']]);
});
await checks.check('the hub ends cleanly on Ctrl-C', async () => assert.deepEqual(await hub.stop(), { code: 0, signal: null }));
checks.finish();
