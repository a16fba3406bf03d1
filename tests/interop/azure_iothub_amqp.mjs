// Azure's service SDK for Node.js, as npm has it, against the AMQP of `hubspec hub`: over TLS and in a WebSocket.
// usage: node azure_iothub_amqp.mjs PATH-OF-HUBSPEC

import assert from 'node:assert/strict';

import common from 'azure-iot-common';
import service from 'azure-iothub';
import { Amqp } from 'azure-iothub/dist/amqp.js';
import { AmqpWs } from 'azure-iothub/dist/amqp_ws.js';

import { callService, Checks, listen, makeToken, startHub } from './hub.mjs';
import { bagOf, connectDevice } from './mqtt_device.mjs';
import { redirectTo } from './redirect.mjs';

const binary = process.argv[2];
const checks = new Checks();
const hub = await startHub(binary, '--device', 'd1', '--device', 'd2');
redirectTo(hub);

const [d1, d2] = hub.devices;
const token = await makeToken(binary, hub.serviceConnectionString);

async function purge(deviceId) {
  const { body } = await callService(hub, token, 'DELETE', `/devices/${deviceId}/commands?api-version=2021-04-12`);
  return body.totalMessagesPurged;
}

const device = await connectDevice(binary, hub, d1);
const arrived = await device.receive();
const utc = () => Date.parse(new Date().toISOString());

for (const [name, transport] of Object.entries({ Amqp, AmqpWs })) {
  const check = (text, work) => checks.check(`${name}: ${text}`, work);
  const client = service.Client.fromConnectionString(hub.serviceConnectionString, transport);

  await check('opens', () => client.open());

  await check('sends a message with all its properties', async () => {
    const message = new common.Message(Buffer.from([0, 1, 0xff]));
    Object.assign(message, { messageId: 'm 1', correlationId: 'c&1', contentType: 'application/json', contentEncoding: 'utf-8', userId: 'u' });
    for (const [key, value] of [['b', '2'], ['a & b', 'blau, grün'], ['empty', '']]) message.properties.add(key, value);
    await client.send('d1', message);
    const [topic, payload] = await arrived();
    assert.deepEqual([...payload], [0, 1, 0xff]);
    const bag = bagOf(topic);
    assert.equal(bag['$.mid'], 'm 1');
    assert.equal(bag['$.cid'], 'c&1');
    assert.equal(bag['$.ct'], 'application/json');
    assert.equal(bag['$.ce'], 'utf-8');
    assert.equal(bag['$.to'], '/devices/d1/messages/devicebound');
    assert.deepEqual([bag.b, bag['a & b'], bag.empty], ['2', 'blau, grün', '']);
    assert.ok(topic.indexOf('b=2') < topic.indexOf('a%20%26%20b'), 'properties keep their order');
  });

  await check('sends text, and without properties', async () => {
    await client.send('d1', 'hello');
    assert.equal((await arrived())[1].toString(), 'hello');
  });

  await check('is told why a message is refused', async () => {
    await assert.rejects(client.send('nobody', 'x'), (error) => error.name === 'DeviceNotFoundError' && /No device of this id/.test(error.amqpError.description));
    await assert.rejects(client.send('d1', Buffer.alloc(70_000)), (error) => error.name === 'MessageTooLargeError');
    const late = new common.Message('late');
    late.expiryTimeUtc = utc() - 60_000;
    await assert.rejects(client.send('d1', late), (error) => error.name === 'ArgumentError' && /expired already/.test(error.amqpError.description));
  });

  await check('is told when the queue is full', async () => {
    for (let i = 0; i < 50; ++i) await client.send('d2', `m${i}`);
    await assert.rejects(client.send('d2', 'one more'), (error) => error.name === 'DeviceMaximumQueueDepthExceededError', 'of 51');
  });

  await check('gets feedback', async () => {
    const message = new common.Message('tell me');
    message.messageId = `told ${name}`;
    message.ack = 'full';
    const { result: receiver } = await client.getFeedbackReceiver();
    const told = listen(receiver, 'message');
    await client.send('d1', message);
    await arrived();
    await callService(hub, token, 'POST', '/_hubspec/clock', { advanceMs: 15_000 }); // a batch waits for so long
    const [feedback] = await told();
    const [record] = JSON.parse(feedback.getData().toString());
    assert.equal(record.originalMessageId, `told ${name}`);
    assert.equal(record.statusCode, 'Success');
    assert.equal(record.deviceId, 'd1');
    await receiver.complete(feedback);
  });

  await check('purges a queue and sends again', async () => {
    assert.equal(await purge(d2.deviceId), 50);
    await client.send('d2', 'after the purge');
    await purge(d2.deviceId);
  });

  await check('closes', () => client.close());
}

await checks.check('a wrong key is refused', async () => {
  const forged = hub.serviceConnectionString.replace(/SharedAccessKey=.*/, `SharedAccessKey=${Buffer.alloc(32).toString('base64')}`);
  const client = service.Client.fromConnectionString(forged);
  await assert.rejects(client.open(), ({ amqpError }) => amqpError.name === 'UnauthorizedError');
});

device.close();
await checks.check('the hub ends cleanly on Ctrl-C', async () => assert.deepEqual(await hub.stop(), { code: 0, signal: null }));
checks.finish();
