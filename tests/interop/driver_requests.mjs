// What our driver asks a hub, beside what Azure's SDKs for Node.js ask for the same: paths, headers, bodies, AMQP links and
// messages with the types of their values. They are the same but for the differences that driver_differences.mjs names.
// usage: node driver_requests.mjs PATH-OF-HUBSPEC

import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { EventHubConsumerClient, latestEventPosition } from '@azure/event-hubs';
import common from 'azure-iot-common';
import service from 'azure-iothub';
import { Amqp } from 'azure-iothub/dist/amqp.js';

import { alone, differences } from './driver_differences.mjs';
import { agentFor, Checks, newFolder, runProgram, startHub } from './hub.mjs';
import { connectDevice } from './mqtt_device.mjs';
import { startRecorder } from './recorder.mjs';
import { redirectTo } from './redirect.mjs';

const binary = process.argv[2];
const checks = new Checks();
const sdkDevice = 'hubspec-0123456789ab-1'; // as the driver names its own, so that both are told alike
const hub = await startHub(binary, '--device', sdkDevice);
const recorder = await startRecorder(hub);
const folder = newFolder();
const file = (name) => path.join(folder, name);

// --- the driver ---

const scenario = `
title: A back end that does all that the driver can
verifies: [X-AMQP-08]
identities: {m: {module_of: device}}
steps:
  - device: {connect: {}}
  - device: {subscribe: {filter: "devices/{{device.id}}/messages/devicebound/#", qos: 1}}
  - device: {subscribe: {filter: "$iothub/methods/POST/#", qos: 0}}
  - service:
      send: {payload: hello, message_id: m-1, correlation_id: c-1, user_id: u-1, content_type: text/plain, content_encoding: utf-8,
             ack: full, expires_in: 1h, properties: {colour: green, empty: ""}}
  - hub: {publish: {topic: "devices/{{device.id}}/messages/devicebound/", payload: hello}}
  - device: {publish: {topic: "devices/{{device.id}}/messages/events/", payload: up, qos: 1}}
  - service: {telemetry: {payload: up}}
  - service: {invoke: {method: reboot, payload: {delay: 5}, response_timeout: 20s, connect_timeout: 5s}}
  - hub: {publish: {topic: "$iothub/methods/POST/reboot/?$rid={{rid}}"}}
  - device: {publish: {topic: "$iothub/methods/res/200/?$rid={{rid}}", json: {done: true}}}
  - service: {answer: {status: 200}}
  - service: {get_twin: {}}
  - service: {patch_twin: {tags: {plant: 43}, desired: {interval: 30}, if_match: '"*"'}}
  - service: {set_desired: {interval: 31}}
  - service: {replace_twin: {tags: {plant: 44}, desired: {interval: 30}}}
  - service: {get_twin: {identity: m}}
  - service: {patch_twin: {identity: m, desired: {interval: 30}, if_match: '"*"'}}
  - service: {update_identity: {identity: m}}
  - service: {delete_identity: {identity: m}}
  - service: {purge: {}}
  - service: {update_identity: {status: enabled}}
  - service: {delete_identity: {}}
`;

async function runDriver() {
  writeFileSync(file('all.yaml'), scenario);
  writeFileSync(file('service.txt'), hub.serviceConnectionString);
  writeFileSync(file('events.txt'), hub.eventHubsConnectionString);
  writeFileSync(
    file('target.yaml'),
    `host: ${hub.hostName}
address: 127.0.0.1
ports: {mqtt: ${hub.mqttPort}, https: ${recorder.httpsPort}, amqp: ${recorder.amqpPort}}
ca: ${hub.caFile}
service:
  connection_string: {file: service.txt}
  amqp: tcp
  events: {connection_string: {file: events.txt}, address: 127.0.0.1, port: ${recorder.amqpPort}}
`,
  );
  const ran = await runProgram(binary, ['run', '--target', file('target.yaml'), file('all.yaml')]);
  assert.equal(ran.status, 0, ran.out + ran.err);
  const cleaned = await runProgram(binary, ['clean', '--target', file('target.yaml'), '--older-than', '0']);
  assert.equal(cleaned.status, 0, cleaned.out + cleaned.err);
  return recorder.take();
}

// --- the SDKs ---

const key = (byte) => Buffer.alloc(32, byte).toString('base64');
const authentication = { type: 'sas', symmetricKey: { primaryKey: key(1), secondaryKey: key(2) } };

async function useRegistry(agent) {
  const registry = service.Registry.fromConnectionString(hub.serviceConnectionString);
  registry._restApiClient.setOptions({ http: { agent } });
  const deviceId = 'hubspec-0123456789ab-2';
  const module = { deviceId, moduleId: 'module', authentication };
  await registry.create({ deviceId, status: 'enabled', authentication });
  await registry.get(deviceId);
  await registry.addModule(module);
  await registry.getTwin(deviceId);
  await registry.updateTwin(deviceId, { tags: { plant: 43 }, properties: { desired: { interval: 30 } } }, '*');
  await registry.updateTwin(deviceId, { properties: { desired: { interval: 31 } } }, '*');
  await registry.getModuleTwin(deviceId, 'module');
  await registry.updateModuleTwin(deviceId, 'module', { properties: { desired: { interval: 30 } } }, '*');
  await registry.updateModule(module, true);
  await registry.removeModule(deviceId, 'module');
  await registry.update({ deviceId, status: 'enabled', authentication });
  await registry.createQuery("SELECT deviceId FROM devices WHERE STARTSWITH(deviceId, 'hubspec-')", 100).next();
  await registry.delete(deviceId);
  await registry.create({ deviceId, status: 'enabled', authentication });
  await registry.removeDevices([{ deviceId }], true);
}

// A device that answers what the service client asks.
async function useClient(agent) {
  const client = service.Client.fromConnectionString(hub.serviceConnectionString, Amqp);
  client._restApiClient.setOptions({ http: { agent } });
  const device = await connectDevice(binary, hub, hub.devices[0]);
  device.client.on('message', (topic) => {
    const rid = /\$rid=(\w+)/.exec(topic);
    if (rid) device.client.publish(`$iothub/methods/res/200/?$rid=${rid[1]}`, '{"done":true}');
  });
  await device.client.subscribeAsync('$iothub/methods/POST/#');
  const call = { methodName: 'reboot', payload: { delay: 5 }, responseTimeoutInSeconds: 20, connectTimeoutInSeconds: 5 };
  assert.equal((await client.invokeDeviceMethod(sdkDevice, call)).result.status, 200);
  const message = new common.Message(Buffer.from('hello'));
  Object.assign(message, { messageId: 'm-1', correlationId: 'c-1', userId: 'u-1', contentType: 'text/plain', contentEncoding: 'utf-8', ack: 'full' });
  message.expiryTimeUtc = Date.now() + 3_600_000;
  for (const [name, value] of [['colour', 'green'], ['empty', '']]) message.properties.add(name, value);
  await client.open();
  await client.send(sdkDevice, message);
  await client.close();
  await device.send('up');
  device.close();
}

// Follows every partition from now on; after a second without an event it leaves.
async function useEventHubs() {
  const client = new EventHubConsumerClient('$Default', hub.eventHubsConnectionString);
  const ids = await client.getPartitionIds({});
  await Promise.all(
    ids.map(
      (id) =>
        new Promise((resolve, reject) => {
          const handlers = { processEvents: async () => void subscription.close().then(resolve), processError: async (error) => reject(error) };
          const subscription = client.subscribe(id, handlers, { startPosition: latestEventPosition, maxWaitTimeInSeconds: 1 });
        }),
    ),
  );
  await client.close();
}

async function runSdks() {
  const through = { ...hub, httpsPort: recorder.httpsPort, amqpPort: recorder.amqpPort };
  const agent = agentFor(hub, hub.ca, recorder.httpsPort);
  redirectTo(through);
  await useRegistry(agent);
  await useClient(agent);
  await useEventHubs();
  agent.destroy();
  return recorder.take();
}

// --- one operation of each, as facets: name and text ---

const named = (text) => text.replaceAll(/hubspec-[0-9a-f]{12}-\d+/g, 'D');

function flatten(value, name, all = {}) {
  if (value === null || typeof value !== 'object') all[name] = named(JSON.stringify(value));
  else if (Object.keys(value).length === 0) all[name] = Array.isArray(value) ? '[]' : '{}';
  else for (const [member, one] of Object.entries(value)) flatten(one, `${name}.${member}`, all);
  return all;
}

// Values that are new each time, or the machine's own, are only there or not.
const free = { 'request-id': 'some id', 'user-agent': 'some name', 'content-length': 'some length' };
function facetsOfRequest({ method, url, headers, body }) {
  const { pathname, searchParams } = new URL(url, 'https://hub');
  const all = { method, path: named(pathname) };
  for (const [name, value] of searchParams) all[`query ${name}`] = value;
  for (const [name, value] of Object.entries(headers)) if (name !== 'connection') all[`header ${name}`] = free[name] ?? value;
  if (body !== '') flatten(JSON.parse(body), 'body', all);
  for (const name of Object.keys(all)) {
    if (/Key$/.test(name)) all[name] = 'some key';
    if (/^body\.[1-9]/.test(name)) delete all[name]; // of a list, the first entry stands for all
  }
  return all;
}

// Times and ids that are made up are only there or not.
const typed = (text) => named(text).replace(/^timestamp .*/, 'timestamp').replace(/^string [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'string');
const messageTo = (talk, address) => Object.fromEntries(Object.entries(linkTo(talk, address).messages[0]).map(([name, value]) => [name, typed(value)]));
const ofLink = ({ handle, name, ...attach }, direction) => Object.fromEntries(Object.entries(attach).map(([facet, value]) => [direction + facet, typed(value)]));
const linkTo = (talk, address) => talk.links.find(({ attach }) => attach['target.address'] === address);
const linkFrom = (talk, pattern) => talk.links.find(({ attach }) => pattern.test(`${attach['source.address']} `));
const both = (talk, node) => ({ ...ofLink(linkTo(talk, node).attach, 'to it: '), ...ofLink(linkFrom(talk, new RegExp(`^${node.replace('$', '\\$')} `)).attach, 'from it: ') });
const connectionOf = ({ sasl, open, begun }) => ({ ...prefixed(sasl, 'sasl.'), ...prefixed(open, 'open.'), ...prefixed(begun[0], 'begin.') });
const prefixed = (fields, prefix) => Object.fromEntries(Object.entries(fields ?? {}).filter(([, value]) => value !== undefined).map(([name, value]) => [prefix + name, typed(value)]));

const devicebound = 'string /messages/devicebound';
const ofHub = ({ talks }) => talks.find((talk) => linkTo(talk, devicebound));
const partition = /^string hubspec\/.*\/Partitions\/0 /; // on the hub's own connection it asks where they are
const reading = ({ talks }) => talks.find((talk) => linkFrom(talk, partition));

const request = (method, pattern, is = () => true) => ({ requests }) => {
  const found = requests.find((one) => one.method === method && pattern.test(named(one.url).split('?')[0]) && is(one));
  return found && facetsOfRequest(found);
};
const conditional = ({ headers }) => headers['if-match'] !== undefined;
const part = (find, take) => (recorded) => {
  const talk = find(recorded);
  return talk && take(talk);
};

const operations = {
  'create a device': request('PUT', /^\/devices\/D$/, (one) => !conditional(one) && /"sas"/.test(one.body)),
  'read a device': request('GET', /^\/devices\/D$/),
  'update a device': request('PUT', /^\/devices\/D$/, conditional),
  'delete a device': request('DELETE', /^\/devices\/D$/),
  'delete devices in bulk': request('POST', /^\/devices$/),
  'create a module': request('PUT', /^\/devices\/D\/modules\/module$/, (one) => !conditional(one) && /"sas"/.test(one.body)),
  'update a module': request('PUT', /^\/devices\/D\/modules\/module$/, conditional),
  'delete a module': request('DELETE', /^\/devices\/D\/modules\/module$/),
  'read a twin': request('GET', /^\/twins\/D$/),
  'patch a twin': request('PATCH', /^\/twins\/D$/, conditional),
  'patch desired properties': request('PATCH', /^\/twins\/D$/, ({ body }) => /31/.test(body)),
  'read the twin of a module': request('GET', /^\/twins\/D\/modules\/module$/),
  'patch the twin of a module': request('PATCH', /^\/twins\/D\/modules\/module$/),
  'call a method': request('POST', /^\/twins\/D\/methods$/, ({ body }) => /reboot/.test(body)),
  query: request('POST', /^\/devices\/query$/),
  'AMQP: the connection to the hub': part(ofHub, connectionOf),
  'AMQP: the links of $cbs': part(ofHub, (talk) => both(talk, 'string $cbs')),
  'AMQP: put-token': part(ofHub, (talk) => messageTo(talk, 'string $cbs')),
  'AMQP: the link for messages to devices': part(ofHub, (talk) => ofLink(linkTo(talk, devicebound).attach, '')),
  'AMQP: a message to a device': part(ofHub, (talk) => messageTo(talk, devicebound)),
  'Event Hubs: the connection': part(reading, connectionOf),
  'Event Hubs: the links of $management': part(reading, (talk) => both(talk, 'string $management')),
  'Event Hubs: READ': part(reading, (talk) => messageTo(talk, 'string $management')),
  'Event Hubs: a reader of a partition': part(reading, (talk) => ofLink(linkFrom(talk, partition).attach, '')),
};

// --- the comparison ---

function compare(driver, sdk) {
  const names = [...new Set([...Object.keys(driver), ...Object.keys(sdk)])].sort();
  return names.filter((name) => driver[name] !== sdk[name]).map((facet) => ({ facet, driver: driver[facet] ?? 'nothing', sdk: sdk[facet] ?? 'nothing' }));
}

const fits = (pattern, text) => pattern === undefined || (pattern instanceof RegExp ? pattern.test(text) : pattern === text);
const explains = (one, operation, { facet, driver, sdk }) =>
  fits(one.of, operation) && fits(one.facet, facet) && fits(one.driver, driver) && fits(one.sdk, sdk);

let driver;
let sdk;
const seen = new Set();
await checks.check('the driver does all that it can', async () => (driver = await runDriver()));
await checks.check('the SDKs do the same', async () => (sdk = await runSdks()));

for (const [operation, facetsIn] of Object.entries(operations)) {
  await checks.check(operation, () => {
    const [ours, theirs] = [driver, sdk].map(facetsIn);
    assert.ok(ours, 'the driver did not ask for it');
    assert.ok(theirs, 'the SDKs did not ask for it');
    const wrong = [];
    for (const difference of compare(ours, theirs)) {
      const known = differences.find((one) => explains(one, operation, difference));
      const line = `${difference.facet}: the driver has ${difference.driver}, the SDK ${difference.sdk}`;
      if (known) seen.add(known);
      else wrong.push(line);
      console.log(`     ${line}${known ? `; ${known.why}` : ''}`);
    }
    assert.deepEqual(wrong, []);
  });
}

await checks.check('every difference that is named is there', () =>
  assert.deepEqual(differences.filter((one) => !seen.has(one)), []));

await checks.check('the driver asks for nothing else by REST but what is named', () => {
  const known = Object.values(operations).map((facetsIn) => facetsIn({ requests: driver.requests, talks: [] })).filter(Boolean);
  const compared = new Set(known.map(({ method, path: target }) => `${method} ${target}`));
  const asked = new Set(driver.requests.map(({ method, url }) => `${method} ${named(url).split('?')[0]}`));
  assert.deepEqual([...asked].filter((one) => !compared.has(one)).sort(), Object.keys(alone).sort());
});

recorder.close();
rmSync(folder, { recursive: true });
await checks.check('the hub ends cleanly on Ctrl-C', async () => assert.deepEqual(await hub.stop(), { code: 0, signal: null }));
checks.finish();
