// `hubspec hub --state` killed at random moments under load. What it acknowledged is there when it is back, and what was
// completed does not come again.
// usage: node crash.mjs PATH-OF-HUBSPEC [ROUNDS]

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

import mqtt from 'mqtt';
import rhea from 'rhea';

import { BackEnd } from './back_end.mjs';
import { callService, makeToken, newFolder, patience, settled, startHubIn, textOf } from './hub.mjs';

const binary = process.argv[2];
const rounds = Number(process.argv[3] ?? 5);
const names = ['crash-0', 'crash-1', 'crash-2', 'crash-3'];
const version = 'api-version=2021-04-12';
const state = newFolder();
const longestStart = 30_000; // ms: a hub that is killed in any state is up again by then

let service;
let count = 0; // makes every message and member its own

// What happened, and how often. Load is of these kinds; feedback comes later, and not every message comes again.
const load = ['telemetry', 'patches', 'tags', 'sends', 'completions', 'creations', 'deletions'];
const told = Object.fromEntries([...load, 'feedback', 'again'].map((kind) => [kind, 0]));
let missing; // what has yet to happen in this round, and what is done then

function tell(kind) {
  told[kind] += 1;
  if (missing?.kinds.delete(kind) && missing.kinds.size === 0) missing.done();
}

// Comes back when each kind of load has happened again.
function everyKind() {
  const all = new Promise((resolve) => (missing = { kinds: new Set(load), done: resolve }));
  const late = pause(patience, null, { ref: false }).then(() => assert.fail(`in ${patience / 1000} s no ${[...missing.kinds].join(', no ')}`));
  return Promise.race([all, late]);
}

// --- what was acknowledged, and what was seen ---

const acknowledgedTelemetry = new Set(); // not yet found at the back end
const identities = new Map(); // id -> true or false: it exists; what is not sure is not here
const sends = new Set(); // message ids that the hub has taken, not yet found at the device
const received = new Set();
const completed = new Set();
const reported = new Set(); // message ids whose feedback was completed
const asked = new Set(); // and those where the answer to that may have been lost
const devices = names.map((name) => ({ name, patch: 0, sentPatch: 0, tag: 0, sentTag: 0, subscribed: false }));

// --- devices ---

function connect(hub, device) {
  const client = mqtt.connect({
    protocol: 'mqtts', host: hub.address, port: hub.mqttPort, servername: hub.hostName, ca: hub.ca, protocolVersion: 4, clean: false,
    clientId: device.name, username: `${hub.hostName}/${device.name}/?${version}`, password: device.token, reconnectPeriod: 0, resubscribe: false,
  });
  Object.assign(device, { client, underway: new Map(), pubacked: new Set(), answers: new Map() });
  client.on('error', () => {});
  client.on('packetsend', (packet) => {
    if (packet.cmd === 'puback') device.pubacked.add(device.underway.get(packet.messageId));
  });
  client.on('packetreceive', (packet) => {
    if (packet.cmd === 'publish') take(device, packet);
  });
  return new Promise((resolve, reject) => {
    client.once('connect', resolve);
    client.once('close', () => reject(new Error(`${device.name} lost its connection before it had one`)));
  });
}

function take(device, packet) {
  const answer = /^\$iothub\/twin\/res\/(\d+)\/\?\$rid=(\w+)/.exec(packet.topic);
  if (answer) return device.answers.get(answer[2])?.(Number(answer[1]));
  const id = packet.payload.toString();
  device.underway.set(packet.messageId, id);
  assert.ok(!completed.has(id), `${id} was completed and came again`);
  assert.ok(packet.dup || !received.has(id), `${id} came again without DUP`);
  if (received.has(id)) tell('again');
  received.add(id);
}

// A PUBACK that comes back says that all before it was read as well: the PUBACKs that this device had sent till then.
function publishTelemetry(device) {
  const id = `t${(count += 1)}`;
  const before = [...device.pubacked];
  return new Promise((resolve) => {
    device.client.publish(`devices/${device.name}/messages/events/id=${id}`, id, { qos: 1 }, (error) => {
      if (error) return resolve(false);
      acknowledgedTelemetry.add(id);
      tell('telemetry');
      for (const one of before) {
        if (!completed.has(one)) tell('completions');
        completed.add(one);
        device.pubacked.delete(one);
      }
      resolve(true);
    });
  });
}

async function patchReported(device) {
  const rid = `r${(count += 1)}`;
  device.sentPatch += 1;
  const answered = new Promise((resolve) => device.answers.set(rid, resolve));
  device.client.publish(`$iothub/twin/PATCH/properties/reported/?$rid=${rid}`, JSON.stringify({ value: device.sentPatch, text: 'x'.repeat(200) }));
  assert.equal(await answered, 204);
  device.patch = device.sentPatch;
  tell('patches');
}

// --- the back end ---

async function patchTags(hub, device) {
  device.sentTag += 1;
  const { status } = await callService(hub, service, 'PATCH', `/twins/${device.name}?${version}`, { tags: { value: device.sentTag } });
  assert.equal(status, 200);
  device.tag = device.sentTag;
  tell('tags');
}

// A link for messages to devices, once it is open; rejects where it does not open. What the hub says of each is its outcome.
function openAmqp(hub) {
  const container = rhea.create_container();
  const user = `iothubowner@sas.root.${hub.hostName.split('.')[0]}`;
  const connection = container.connect({
    transport: 'tls', host: hub.address, port: hub.amqpPort, servername: hub.hostName, hostname: hub.hostName, ca: hub.ca,
    username: user, password: service, reconnect: false,
  });
  const link = connection.open_sender('/messages/devicebound');
  const outcomes = new Map();
  for (const outcome of ['accepted', 'rejected', 'released']) container.on(outcome, ({ delivery }) => outcomes.get(delivery.id)?.(outcome));
  return new Promise((resolve, reject) => {
    for (const event of ['disconnected', 'connection_error', 'connection_close', 'sender_error', 'error'])
      container.on(event, () => reject(new Error(`${event}: ${(link.error ?? connection.error)?.description ?? 'no reason given'}`)));
    container.once('sendable', () => resolve({ link, outcomes }));
  });
}

async function sendByAmqp({ link, outcomes }, device) {
  const id = `a${(count += 1)}`;
  if (!link.sendable()) return pause(5);
  const { id: delivery } = link.send({
    message_id: id, to: `/devices/${device.name}/messages/devicebound`, application_properties: { 'iothub-ack': 'full' },
    body: rhea.message.data_section(Buffer.from(id)),
  });
  const outcome = await new Promise((resolve) => outcomes.set(delivery, resolve));
  if (outcome !== 'accepted') return pause(5); // its queue is full
  sends.add(id);
  tell('sends');
}

async function createAndDelete(hub) {
  const id = `made-${(count += 1)}`;
  assert.equal((await callService(hub, service, 'PUT', `/devices/${id}?${version}`, { deviceId: id })).status, 200);
  identities.set(id, true);
  tell('creations');
  const old = [...identities].find(([, there]) => there);
  if (identities.size < 5 || !old) return;
  identities.delete(old[0]); // not sure, until it is answered
  const { status } = await callService(hub, service, 'POST', `/devices?${version}`, [{ id: old[0], importMode: 'delete' }]);
  assert.equal(status, 200);
  identities.set(old[0], false);
  tell('deletions');
}

async function readFeedback(hub) {
  const { status: found, headers, body } = await callService(hub, service, 'GET', `/messages/serviceBound/feedback?${version}`);
  if (found === 204) return false;
  assert.equal(found, 200);
  const lock = headers.etag.replaceAll('"', '');
  const ids = body.map((record) => record.originalMessageId);
  for (const id of ids) assert.ok(!reported.has(id), `the feedback of ${id} was completed and came again`);
  ids.forEach((id) => asked.add(id));
  const { status } = await callService(hub, service, 'DELETE', `/messages/serviceBound/feedback/${lock}?${version}`);
  assert.equal(status, 204);
  ids.forEach((id) => reported.add(id));
  ids.forEach(() => tell('feedback'));
  return true;
}

// --- a round ---

// Each works on until the hub is gone; what it finds wrong ends the test.
async function goOn(life, work) {
  while (!life.over) {
    try {
      await Promise.race([work(), life.end]);
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      if (!life.over) await pause(1); // the hub is on its way out
    }
  }
}

async function sendOnLink(hub, life) {
  const amqp = await openAmqp(hub).catch((error) => life.over || assert.fail(`the AMQP link did not open: ${error.message}`));
  await Promise.all(devices.map((device) => goOn(life, () => sendByAmqp(amqp, device))));
}

async function putUnderLoad(hub, life) {
  const work = devices.flatMap((device) => [
    ...Array.from({ length: 5 }, () => goOn(life, () => publishTelemetry(device))),
    goOn(life, () => patchReported(device)),
    goOn(life, () => patchTags(hub, device)),
  ]);
  work.push(sendOnLink(hub, life), goOn(life, () => createAndDelete(hub)));
  work.push(goOn(life, () => readFeedback(hub).then((some) => some || pause(20))));
  await Promise.all(work);
}

// Reads all that the hub holds, until nothing that was acknowledged is missing.
async function checkTelemetry(hub) {
  if (acknowledgedTelemetry.size === 0) return;
  const backEnd = new BackEnd(hub);
  const all = backEnd.telemetry((message) => {
    acknowledgedTelemetry.delete(textOf(message));
    return acknowledgedTelemetry.size === 0;
  });
  await Promise.race([all, pause(patience, null, { ref: false })]);
  await backEnd.close();
  assert.deepEqual([...acknowledgedTelemetry], [], 'telemetry that was acknowledged is there');
}

async function checkTwins(hub) {
  for (const device of devices) {
    const { body } = await callService(hub, service, 'GET', `/twins/${device.name}?${version}`);
    const patch = body.properties.reported.value ?? 0;
    const tag = body.tags.value ?? 0;
    assert.ok(patch === device.patch || patch === device.sentPatch, `${device.name} reported ${device.patch}, the hub has ${patch}`);
    assert.ok(tag === device.tag || tag === device.sentTag, `the tag of ${device.name} is ${device.tag}, the hub has ${tag}`);
    assert.equal(body.properties.reported.$version, patch + 1);
    Object.assign(device, { patch, sentPatch: patch, tag, sentTag: tag });
  }
}

async function checkIdentities(hub) {
  for (const [id, there] of identities) {
    const { status } = await callService(hub, service, 'GET', `/devices/${id}?${version}`);
    assert.equal(status, there ? 200 : 404, `${id} was ${there ? 'created' : 'deleted'}`);
    if (!there) identities.delete(id);
  }
}

// All that waits comes, on the filters of the session; then each that was taken has come once at least.
async function checkQueues(hub) {
  for (const device of devices) await settled(hub, service, device.name);
  for (const id of sends) {
    assert.ok(received.has(id), `${id} was taken and never came`);
    sends.delete(id);
  }
}

async function begin(hub) {
  for (const device of devices) {
    const connack = await connect(hub, device);
    assert.equal(connack.sessionPresent, device.subscribed, `the session of ${device.name}`);
    if (device.subscribed) continue;
    await device.client.subscribeAsync([`devices/${device.name}/messages/devicebound/#`, '$iothub/twin/res/#'], { qos: 1 });
    device.subscribed = true;
  }
}

async function start() {
  const began = Date.now();
  const hub = await startHubIn(state, binary, ...names.flatMap((name) => ['--device', name]));
  return { hub, took: Date.now() - began };
}

async function check(hub) {
  await checkTelemetry(hub);
  await checkTwins(hub);
  await checkIdentities(hub);
  await begin(hub);
  await checkQueues(hub);
}

const starts = [];
const began = Date.now();
for (let round = 0; round < rounds; round += 1) {
  const { hub, took } = await start();
  starts.push(took);
  assert.ok(took < longestStart, `the hub took ${took} ms to come back`);
  service ??= await makeToken(binary, hub.serviceConnectionString);
  for (const [i, device] of devices.entries()) device.token ??= await makeToken(binary, hub.devices[i].connectionString);
  await check(hub);
  const life = { over: false };
  life.end = new Promise((resolve) => (life.finish = resolve));
  const loaded = putUnderLoad(hub, life);
  // It ends early only when it finds something wrong. Every other round has had load of every kind before its end comes.
  if (round % 2 === 0) await Promise.race([loaded, everyKind()]);
  await Promise.race([loaded, pause(20 + Math.random() * 500)]);
  const killed = hub.stop('SIGKILL');
  life.over = true;
  assert.equal((await killed).signal, 'SIGKILL');
  life.finish();
  await loaded;
  for (const device of devices) device.client.end(true);
}

const { hub, took } = await start();
starts.push(took);
await check(hub);
await callService(hub, service, 'POST', '/_hubspec/clock', { advanceMs: 60_000 });
while (await readFeedback(hub));
assert.ok(told.feedback > 0, 'feedback came');
for (const id of completed) assert.ok(asked.has(id), `${id} was completed and its sender never told`);
for (const device of devices) device.client.end(true);
await hub.stop();
rmSync(state, { recursive: true });
starts.sort((a, b) => a - b);
console.log(`${rounds} times killed in ${((Date.now() - began) / 1000).toFixed(0)} s; nothing lost, nothing twice: ${JSON.stringify(told)}`);
console.log(`up again within ${starts[starts.length >> 1]} ms (median), ${starts.at(-1)} ms (longest)`);
process.exit(0);
