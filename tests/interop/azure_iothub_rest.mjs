// Azure's service SDK for Node.js over REST, as npm has it, against `hubspec hub`: the registry, twins, queries, bulk
// requests, direct methods; and curl for the shape of errors.
// usage: node azure_iothub_rest.mjs PATH-OF-HUBSPEC

import assert from 'node:assert/strict';

import device from 'azure-iot-device';
import mqtt from 'azure-iot-device-mqtt';
import service from 'azure-iothub';

import { Checks, makeToken, runProgram, startHub, subscribed } from './hub.mjs';

const binary = process.argv[2];
const checks = new Checks();
const hub = await startHub(binary, '--device', 'plain', '--module', 'plain/part');
const token = await makeToken(binary, hub.serviceConnectionString);

// The SDK goes to port 443 of the hub's name; its agent leads the way and checks the certificate.
const overTheAgent = { http: { agent: hub.agent } };
const registry = service.Registry.fromConnectionString(hub.serviceConnectionString);
registry._restApiClient.setOptions(overTheAgent);
const client = service.Client.fromConnectionString(hub.serviceConnectionString);
client._restApiClient.setOptions(overTheAgent);

// The SDK knows DeviceNotFound in the older form of errors only; of today's it reads the status.
const notFound = { name: 'Error', message: 'Not found' };
const ids = (list) => list.map((one) => one.deviceId);
async function rowsOf(text, pageSize) {
  const query = registry.createQuery(text, pageSize);
  const pages = [];
  while (query.hasMoreResults) pages.push((await query.next(query.continuationToken)).result);
  return pages;
}

await checks.check('a device is created, read, updated and deleted', async () => {
  const { responseBody: made } = await registry.create({ deviceId: 'made:1', status: 'disabled', statusReason: 'new' });
  assert.equal(made.status, 'disabled');
  assert.equal(made.statusReason, 'new');
  assert.equal(Buffer.from(made.authentication.symmetricKey.secondaryKey, 'base64').length, 32);
  assert.deepEqual((await registry.get('made:1')).responseBody, made);
  await assert.rejects(registry.create({ deviceId: 'made:1' }), { name: 'DeviceAlreadyExistsError' });
  const { responseBody: updated } = await registry.update({ deviceId: 'made:1', status: 'enabled' });
  assert.equal(updated.status, 'enabled');
  assert.notEqual(updated.etag, made.etag);
  assert.equal(updated.generationId, made.generationId);
  assert.deepEqual(updated.authentication, made.authentication);
  await assert.rejects(registry.update({ deviceId: 'nobody' }), notFound);
  await registry.delete('made:1');
  await assert.rejects(registry.get('made:1'), notFound);
});

await checks.check('a device is made with each type of authentication', async () => {
  const thumbprint = '00112233445566778899AABBCCDDEEFF00112233';
  const ways = {
    sas: { symmetricKey: { primaryKey: Buffer.alloc(32, 1).toString('base64'), secondaryKey: Buffer.alloc(32, 2).toString('base64') } },
    selfSigned: { x509Thumbprint: { primaryThumbprint: thumbprint, secondaryThumbprint: thumbprint } },
    certificateAuthority: {},
  };
  for (const [type, more] of Object.entries(ways)) {
    const { responseBody } = await registry.create({ deviceId: type, authentication: { type, ...more } });
    assert.equal(responseBody.authentication.type, type);
    for (const [name, value] of Object.entries(more)) assert.deepEqual(responseBody.authentication[name], value);
    await registry.delete(type);
  }
  await assert.rejects(registry.create({ deviceId: 'a b' }), { name: 'ArgumentError' });
});

await checks.check('devices are listed and counted', async () => {
  await registry.create({ deviceId: 'off', status: 'disabled' });
  assert.deepEqual(ids((await registry.list()).responseBody), ['off', 'plain']);
  const { responseBody } = await registry.getRegistryStatistics();
  assert.deepEqual(responseBody, { totalDeviceCount: 2, enabledDeviceCount: 1, disabledDeviceCount: 1 });
  await registry.delete('off');
});

const three = ['bulk-1', 'bulk-2', 'bulk-3'].map((deviceId) => ({ deviceId }));
await checks.check('devices are added, updated and removed in bulk', async () => {
  const { responseBody: added } = await registry.addDevices(three);
  assert.deepEqual(added, { isSuccessful: true, errors: [], warnings: [] });
  const disabled = three.map((one) => ({ ...one, status: 'disabled' }));
  assert.equal((await registry.updateDevices(disabled, true)).responseBody.isSuccessful, true);
  assert.equal((await registry.get('bulk-3')).responseBody.status, 'disabled');
  const current = await Promise.all(three.map(async ({ deviceId }) => (await registry.get(deviceId)).responseBody));
  const stale = [{ ...current[0], etag: 'AAAACQ==' }, current[1]];
  await assert.rejects(registry.updateDevices(stale, false), ({ name, responseBody }) => {
    assert.equal(name, 'ArgumentError');
    const { isSuccessful, errors } = JSON.parse(responseBody);
    assert.equal(isSuccessful, false);
    assert.deepEqual(errors.map((one) => [one.deviceId, one.errorCode]), [['bulk-1', 'PreconditionFailed']]);
    return true;
  });
  assert.equal((await registry.removeDevices(three, true)).responseBody.isSuccessful, true);
  await assert.rejects(registry.get('bulk-1'), notFound);
});

await checks.check('a twin is read, changed and replaced', async () => {
  const { responseBody: twin } = await registry.getTwin('plain');
  assert.equal(twin.deviceId, 'plain');
  const before = twin.properties.desired.$version;
  await twin.update({ tags: { plant: 43 }, properties: { desired: { interval: 30 } } });
  const { responseBody: patched } = await registry.getTwin('plain');
  assert.equal(patched.properties.desired.interval, 30);
  assert.equal(patched.properties.desired.$version, before + 1);
  await assert.rejects(registry.updateTwin('plain', { tags: { plant: 44 } }, 'AAAACQ=='), { name: 'InvalidEtagError' });
  await registry.updateTwin('plain', { tags: { plant: null, floor: 2 } }, patched.etag);
  const { responseBody: tagged } = await registry.getTwin('plain');
  assert.deepEqual(tagged.tags, { floor: 2 });
});

await checks.check('modules and their twins', async () => {
  const { responseBody: made } = await registry.addModule({ deviceId: 'plain', moduleId: 'more', managedBy: 'me' });
  assert.equal(made.managedBy, 'me');
  assert.deepEqual((await registry.getModulesOnDevice('plain')).responseBody.map((one) => one.moduleId), ['more', 'part']);
  const { responseBody: read } = await registry.getModule('plain', 'more');
  assert.equal(read.generationId, made.generationId);
  await registry.updateModule({ ...read, managedBy: 'you' });
  assert.equal((await registry.getModule('plain', 'more')).responseBody.managedBy, 'you');
  const { responseBody: twin } = await registry.updateModuleTwin('plain', 'more', { tags: { a: 1 } }, '*');
  assert.deepEqual(twin.tags, { a: 1 });
  assert.equal((await registry.getModuleTwin('plain', 'more')).responseBody.moduleId, 'more');
  await registry.removeModule('plain', 'more');
  await assert.rejects(registry.getModule('plain', 'more'), notFound);
});

await checks.check('queries select, project, count and page', async () => {
  await registry.addDevices(three);
  for (const [index, { deviceId }] of three.entries()) await registry.updateTwin(deviceId, { tags: { index, even: index % 2 === 0 } }, '*');
  assert.deepEqual((await rowsOf('SELECT * FROM devices', 3)).map(ids), [['bulk-1', 'bulk-2', 'bulk-3'], ['plain']]);
  assert.deepEqual((await rowsOf("SELECT * FROM devices WHERE tags.index > 0 AND deviceId NIN ['bulk-3']")).map(ids), [['bulk-2']]);
  assert.deepEqual(await rowsOf('SELECT deviceId, tags.index AS i FROM devices WHERE IS_DEFINED(tags.index)', 2), [
    [
      { deviceId: 'bulk-1', i: 0 },
      { deviceId: 'bulk-2', i: 1 },
    ],
    [{ deviceId: 'bulk-3', i: 2 }],
  ]);
  assert.deepEqual(await rowsOf('SELECT tags.even AS even, COUNT() AS n FROM devices WHERE tags.even != null GROUP BY tags.even'), [
    [
      { even: true, n: 2 },
      { even: false, n: 1 },
    ],
  ]);
  assert.deepEqual(await rowsOf('SELECT moduleId FROM devices.modules'), [[{ moduleId: 'part' }]]);
  await assert.rejects(rowsOf('SELECT * FROM devices WHERE'), { name: 'ArgumentError' });
  await registry.removeDevices(three, true);
});

await checks.check('a direct method reaches a device and a module', async () => {
  const invoke = async (...target) => (await client.invokeDeviceMethod(...target, { methodName: 'reboot', payload: { in: 5 } })).result;
  await assert.rejects(invoke('plain'), notFound);
  const seats = hub.devices.map(({ connectionString, moduleId }) => {
    const kind = moduleId ? device.ModuleClient : device.Client;
    return kind.fromConnectionString(`${connectionString};GatewayHostName=${hub.address}:${hub.mqttPort}`, mqtt.Mqtt);
  });
  for (const [index, { deviceId, moduleId }] of hub.devices.entries()) {
    const seat = seats[index];
    await seat.setOptions({ ca: hub.ca.toString() });
    await seat.open();
    const answer = (request, response) => response.send(201, { who: moduleId ?? deviceId, in: request.payload.in });
    if (moduleId) seat.onMethod('reboot', answer);
    else seat.onDeviceMethod('reboot', answer);
    await subscribed(hub, token, moduleId ? `${deviceId}/${moduleId}` : deviceId, '$iothub/methods/POST/#');
  }
  assert.deepEqual(await invoke('plain'), { status: 201, payload: { who: 'plain', in: 5 } });
  assert.deepEqual(await invoke('plain', 'part'), { status: 201, payload: { who: 'part', in: 5 } });
  for (const seat of seats) await seat.close();
});

// curl shows what an SDK hides: status, header and body of an error.
async function curl(method, target, { authorization = token, body, headers = [] } = {}) {
  const { status, out, err } = await runProgram('curl', [
    ...['-sS', '-i', '--http1.1', '--cacert', hub.caFile, '-X', method, '--resolve', `${hub.hostName}:${hub.httpsPort}:${hub.address}`],
    ...['-H', '@-', ...headers.flatMap((one) => ['-H', one]), ...(body === undefined ? [] : ['-d', body])],
    `https://${hub.hostName}:${hub.httpsPort}${target}`,
  ], { input: `Authorization: ${authorization}\n` });
  assert.equal(status, 0, err);
  const [head, text] = out.split('\r\n\r\n').slice(-2);
  const [line, ...fields] = head.split('\r\n');
  const header = Object.fromEntries(fields.map((one) => [one.slice(0, one.indexOf(':')).toLowerCase(), one.slice(one.indexOf(':') + 2)]));
  return { status: Number(line.split(' ')[1]), header, body: text === '' ? undefined : JSON.parse(text) };
}

const version = '?api-version=2021-04-12';
const errors = [
  ['an unknown device', 404, 404001, 'DeviceNotFound', 'GET', `/devices/nobody${version}`],
  ['no api-version', 400, 400001, 'InvalidProtocolVersion', 'GET', '/devices/plain'],
  ['half an api-version', 400, 400001, 'InvalidProtocolVersion', 'GET', '/devices/plain?api-version=2018-06'],
  ['no token', 401, 401003, 'IotHubUnauthorized', 'GET', `/devices/plain${version}`, { authorization: 'nonsense' }],
  ['an unknown path', 404, 404000, 'GenericNotFound', 'GET', `/nothing${version}`],
  ['a wrong method', 405, 405000, 'GenericMethodNotAllowed', 'PATCH', `/devices/plain${version}`],
  ['what is left out', 501, 501000, 'NotImplemented', 'GET', `/configurations${version}`],
  ['a body that is no JSON', 400, 400006, 'IotHubFormatError', 'PUT', `/devices/x${version}`, { body: '{', headers: ['Content-Type: application/json'] }],
  ['a body of another type', 415, 415000, 'GenericUnsupportedMediaType', 'PUT', `/devices/x${version}`, { body: 'a=b' }],
  ['a stale etag', 412, 412001, 'PreconditionFailed', 'DELETE', `/devices/plain${version}`, { headers: ['If-Match: "AAAACQ=="'] }],
];
for (const [what, status, code, name, method, target, options] of errors)
  await checks.check(`${what}: ${status} with Azure's body`, async () => {
    const answer = await curl(method, target, options);
    assert.equal(answer.status, status);
    assert.equal(answer.header['iothub-errorcode'], name);
    assert.equal(answer.body.ExceptionMessage, '');
    const inner = JSON.parse(answer.body.Message);
    assert.equal(inner.errorCode, code);
    assert.match(inner.trackingId, /^[0-9a-f]{32}-G:\d+-TimeStamp:\d{4}-\d\d-\d\dT/);
    assert.match(inner.timestampUtc, /^\d{4}-\d\d-\d\dT/);
    assert.ok(inner.message.length > 0);
  });

await checks.check('a body larger than any is refused while it comes', async () => {
  const { status, header, body } = await curl('PUT', `/devices/x${version}`, { body: 'x'.repeat(3 * 1024 * 1024).slice(0, 100_000), headers: ['Content-Type: application/json', 'Content-Length: 3145728'] });
  assert.equal(status, 413);
  assert.equal(header['iothub-errorcode'], 'MessageTooLarge');
  assert.match(body.Message, /larger/);
});

await checks.check('in the older form of errors the SDK reads the name', async () => {
  const older = await startHub(binary, '--deviation', 'service-errors-are-older');
  const other = service.Registry.fromConnectionString(older.serviceConnectionString);
  other._restApiClient.setOptions({ http: { agent: older.agent } });
  await assert.rejects(other.get('nobody'), { name: 'DeviceNotFoundError', message: 'No device of this id is registered.' });
  await older.stop();
});

await checks.check('the hub ends cleanly on Ctrl-C', async () => assert.deepEqual(await hub.stop(), { code: 0, signal: null }));
checks.finish();
