// Azure's Event Hubs client, as npm has it, reads the telemetry of `hubspec hub`: over TLS and in a WebSocket.
// usage: node event_hubs.mjs PATH-OF-HUBSPEC

import assert from 'node:assert/strict';

import { EventHubConsumerClient, earliestEventPosition, latestEventPosition } from '@azure/event-hubs';
import WebSocket from 'ws';

import { Checks, startHub } from './hub.mjs';
import { connectDevice } from './mqtt_device.mjs';
import { redirectTo } from './redirect.mjs';

const binary = process.argv[2];
const checks = new Checks();
const hub = await startHub(binary, '--device', 'd1', '--device', 'd2', '--consumer-group', 'reports');
redirectTo(hub);

const devices = await Promise.all(hub.devices.map((one) => connectDevice(binary, hub, one)));
const sent = { d1: [], d2: [] }; // texts that the hub has acknowledged, in order
const send = async (id, text, bag) => {
  await devices[Number(id[1]) - 1].send(text, bag);
  sent[id].push(text);
};
const deviceOf = (event) => event.systemProperties['iothub-connection-device-id'];
const partitionOf = new WeakMap(); // of events that were read

// Reads until so many events fulfil the predicate.
function read(client, count, options, partition, predicate = () => true) {
  return new Promise((resolve, reject) => {
    const events = [];
    const handlers = {
      processEvents: async (some, { partitionId }) => {
        for (const one of some) partitionOf.set(one, partitionId);
        events.push(...some.filter(predicate));
        if (events.length >= count) subscription.close().then(() => resolve(events)); // which waits for this handler
      },
      processError: async (error) => void subscription.close().then(() => reject(error)),
    };
    const subscription = partition === undefined ? client.subscribe(handlers, options) : client.subscribe(partition, handlers, options);
  });
}

const fromStart = { startPosition: earliestEventPosition, maxWaitTimeInSeconds: 1 };
const textIn = ({ body }) => (Buffer.isBuffer(body) ? body.toString() : typeof body === 'string' ? body : JSON.stringify(body));

await send('d1', 'first', '%24.mid=m-1&%24.cid=c-1&%24.ct=text%2Fplain&%24.ce=utf-8&a%20%26%20b=gr%C3%BCn&empty=&nothing');
await send('d1', '{"second":2}');
await send('d2', 'other');

for (const [name, options] of Object.entries({ amqp: {}, 'amqp over WebSocket': { webSocketOptions: { webSocket: WebSocket, webSocketConstructorOptions: { ca: hub.ca } } } })) {
  const check = (text, work) => checks.check(`${name}: ${text}`, work);
  const consumer = (group = '$Default') => new EventHubConsumerClient(group, hub.eventHubsConnectionString, { ...options, loadBalancingOptions: { strategy: 'greedy' } }); // all partitions at once
  const client = consumer();
  let ofD1;
  let home; // the partition of d1

  await check('reads the partitions', async () => {
    assert.deepEqual(await client.getPartitionIds({}), ['0', '1', '2', '3']);
    const properties = await client.getEventHubProperties();
    assert.equal(properties.name, 'hubspec');
  });

  await check('reads every event from the start, with its properties', async () => {
    const events = (await read(client, 3, fromStart, undefined, (one) => !textIn(one).startsWith('later')));
    ofD1 = events.filter((one) => deviceOf(one) === 'd1');
    assert.deepEqual(ofD1.map(textIn), ['first', '{"second":2}']);
    const [first, second] = ofD1;
    assert.deepEqual(first.properties, { 'a & b': 'grün', empty: '', nothing: null });
    assert.equal(first.messageId, 'm-1');
    assert.equal(first.correlationId, 'c-1');
    assert.equal(first.contentType, 'text/plain');
    assert.equal(first.systemProperties['iothub-message-source'], 'Telemetry');
    assert.ok(first.systemProperties['iothub-enqueuedtime']);
    assert.match(first.systemProperties['iothub-connection-auth-method'], /"type":"sas"/);
    assert.ok(first.enqueuedTimeUtc instanceof Date && Math.abs(first.enqueuedTimeUtc - Date.now()) < 60_000);
    assert.equal(second.sequenceNumber, first.sequenceNumber + 1);
  });

  await check('all events of a device are in one partition, in order, and $management tells the same', async () => {
    const ids = await client.getPartitionIds({});
    const events = await read(client, sent.d1.length + sent.d2.length, fromStart);
    const of = (id) => events.filter((one) => deviceOf(one) === id);
    for (const [id, texts] of Object.entries(sent)) {
      assert.deepEqual(of(id).map(textIn), texts);
      assert.equal(new Set(of(id).map((one) => partitionOf.get(one))).size, 1, `the partitions of ${id}`);
    }
    home = partitionOf.get(of('d1')[0]);
    assert.notEqual(partitionOf.get(of('d2')[0]), home, 'these two ids lead to different partitions');
    for (const id of ids) {
      const numbers = events.filter((one) => partitionOf.get(one) === id).map((one) => one.sequenceNumber);
      const facts = await client.getPartitionProperties(id);
      assert.equal(facts.partitionId, id);
      assert.equal(facts.isEmpty, numbers.length === 0, `partition ${id}`);
      if (facts.isEmpty) continue;
      assert.deepEqual([facts.beginningSequenceNumber, facts.lastEnqueuedSequenceNumber], [numbers[0], numbers.at(-1)]);
    }
  });

  await check('starts at an offset, a sequence number and a time', async () => {
    const [first, second] = ofD1;
    const at = async (position) => textIn((await read(client, 1, { startPosition: position, maxWaitTimeInSeconds: 1 }, home, (one) => deviceOf(one) === 'd1'))[0]);
    assert.equal(await at({ offset: first.offset }), '{"second":2}');
    assert.equal(await at({ offset: first.offset, isInclusive: true }), 'first');
    assert.equal(await at({ sequenceNumber: first.sequenceNumber }), '{"second":2}');
    assert.equal(await at({ sequenceNumber: second.sequenceNumber, isInclusive: true }), '{"second":2}');
    assert.equal(await at({ enqueuedOn: first.enqueuedTimeUtc.getTime() - 1 }), 'first');
  });

  await check('waits at the end for what comes', async () => {
    const latest = read(client, 1, { startPosition: latestEventPosition, maxWaitTimeInSeconds: 1 }, home);
    const text = `later, ${name}`;
    const sending = [];
    const again = setInterval(() => sending.push(send('d1', text)), 200); // the reader may still be on its way
    const [event] = await latest;
    clearInterval(again);
    await Promise.all(sending);
    assert.equal(textIn(event), text);
  });

  await check('reads as another consumer group, and not as one that is unknown', async () => {
    const reports = consumer('reports');
    assert.ok((await read(reports, 3, fromStart)).length >= 3);
    await reports.close();
    const unknown = consumer('unknown');
    await assert.rejects(read(unknown, 1, fromStart, '0'), /There is no consumer group 'unknown'/);
    await unknown.close();
  });

  await check('a wrong key is refused', async () => {
    const forged = hub.eventHubsConnectionString.replace(/SharedAccessKey=[^;]*/, `SharedAccessKey=${Buffer.alloc(32).toString('base64')}`);
    const stranger = new EventHubConsumerClient('$Default', forged, { ...options, retryOptions: { maxRetries: 0 } });
    await assert.rejects(stranger.getPartitionIds({}), /no valid one|unauthorized/i);
    await stranger.close();
  });

  await check('closes', () => client.close());
}

for (const device of devices) device.close();
await checks.check('the hub ends cleanly on Ctrl-C', async () => assert.deepEqual(await hub.stop(), { code: 0, signal: null }));
checks.finish();
