// Apache Qpid Proton for Python, as Debian has it, against the AMQP of `hubspec hub`.
// usage: node qpid_clients.mjs PATH-OF-HUBSPEC

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';

import { callService, Checks, makeToken, runProgram, settled, startHub } from './hub.mjs';
import { bagOf, connectDevice } from './mqtt_device.mjs';

const binary = process.argv[2];
const checks = new Checks();
// It resolves the name itself, so it is one that leads here.
const hub = await startHub(binary, '--host-name', 'localhost', '--device', 'd1', '--device', 'd2');
const service = await makeToken(binary, hub.serviceConnectionString);
const version = 'api-version=2021-04-12';
const [d1, d2] = await Promise.all(hub.devices.map((one) => connectDevice(binary, hub, one)));
const arrived = await d1.receive();
await d1.send('one');
await d2.send('other');
await d1.send('two');

// What it did, by name, once it has ended.
const key = /SharedAccessKey=(.*)$/.exec(hub.serviceConnectionString)[1];
const script = fileURLToPath(new URL('qpid_clients.py', import.meta.url));
const running = runProgram('/usr/bin/python3', [script, 'localhost', String(hub.amqpPort), hub.caFile, 'iothubowner', key, 'hubspec']);
const did = {};

await checks.check('a message sent with SASL PLAIN arrives, its properties as text', async () => {
  const [topic, payload] = await arrived();
  assert.equal(payload.toString(), 'from PLAIN');
  const { '$.mid': id, '$.cid': correlation, number, yes, text, none } = bagOf(topic);
  assert.deepEqual([id, correlation, number, yes, text, none], ['m-1', 'c-1', '5', 'true', 'grün', undefined]);
});

await checks.check('a message sent with a token on $cbs arrives, and its feedback becomes due', async () => {
  const [topic, payload] = await arrived();
  assert.equal(payload.toString(), 'from $cbs');
  assert.equal(bagOf(topic)['$.mid'], 'm-2');
  await settled(hub, service, 'd1');
  await callService(hub, service, 'POST', '/_hubspec/clock', { advanceMs: 15_000 });
});

await checks.check('it comes to its end', async () => {
  const { status, out, err } = await running;
  for (const line of out.trim().split('\n')) Object.assign(did, { [JSON.parse(line).did]: JSON.parse(line) });
  assert.equal(status, 0, out + err);
});

await checks.check('messages are accepted; one to nobody is rejected', () => {
  for (const how of ['PLAIN', '$cbs']) assert.deepEqual(did[`sent with ${how}`], { did: `sent with ${how}`, outcome: 'ACCEPTED', condition: null });
  assert.deepEqual(did['sent to nobody'], { did: 'sent to nobody', outcome: 'REJECTED', condition: 'amqp:not-found' });
});

await checks.check('without a token, or with a wrong one, nothing is allowed', () => {
  assert.equal(did['attached without a token'].why, 'amqp:unauthorized-access');
  assert.equal(did['showed a wrong token'].status, 401);
  assert.equal(did['showed a token'].status, 200);
  assert.match(did['was refused with a wrong key'].why, /authentication/i);
});

await checks.check('feedback is read, and completed by its acceptance', async () => {
  assert.deepEqual(did['read feedback'].records, [['m-2', 'Success']]);
  assert.equal(did['read feedback'].type, 'application/vnd.microsoft.iothub.feedback.json');
  await callService(hub, service, 'POST', '/_hubspec/clock', { advanceMs: 600_000 }); // a lock would have ended
  assert.equal((await callService(hub, service, 'GET', `/messages/serviceBound/feedback?${version}`)).status, 204);
});

for (const how of ['PLAIN', '$cbs'])
  await checks.check(`telemetry is read with ${how}, from the start and from a sequence number`, () => {
    const { everything, newest } = did[`read with ${how}`];
    assert.deepEqual(everything, [['d1', 'one'], ['d1', 'two'], ['d2', 'other']]);
    assert.deepEqual(newest, [['d1', 'two'], ['d2', 'other']]);
  });

await checks.check('a selector that no hub has is refused', () => assert.equal(did['read with a selector that no hub has'].why, 'amqp:not-implemented'));

for (const device of [d1, d2]) device.close();
await checks.check('the hub ends cleanly on Ctrl-C', async () => assert.deepEqual(await hub.stop(), { code: 0, signal: null }));
checks.finish();
