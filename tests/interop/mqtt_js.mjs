// MQTT.js by itself, over mqtts and over wss, against `hubspec hub`. Over wss it splits each packet over several frames.
// usage: node mqtt_js.mjs PATH-OF-HUBSPEC

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';

import mqtt from 'mqtt';
import WebSocket from 'ws';

import { agentFor, Checks, listen, makeToken, settled, startHub, startRelay, subscribed, telemetry, textOf } from './hub.mjs';

const binary = process.argv[2];
const checks = new Checks();
const hub = await startHub(binary, '--device', 'js-device');
const service = await makeToken(binary, hub.serviceConnectionString);
const key = /SharedAccessKey=(.*)$/.exec(hub.devices[0].connectionString)[1];

// A token as the document describes it, made without hubspec.
function handMadeToken(signedWith = key) {
  const resource = encodeURIComponent(`${hub.hostName}/devices/js-device`);
  const expiry = Math.floor(Date.now() / 1000) + 3600;
  const signature = createHmac('sha256', Buffer.from(signedWith, 'base64')).update(`${resource}\n${expiry}`).digest('base64');
  return `SharedAccessSignature sig=${encodeURIComponent(signature)}&se=${expiry}&sr=${resource}`;
}

const account = { protocolVersion: 4, clientId: 'js-device', username: `${hub.hostName}/js-device/?api-version=2021-04-12` };

function overTls(port, options) {
  return mqtt.connect({ protocol: 'mqtts', host: hub.address, port, servername: hub.hostName, ca: hub.ca, ...account, ...options });
}

// Notes the size of each frame that goes out, and the socket.
let frames = [];
let socket;
function overWebSocket(port, options) {
  const createWebsocket = (url, protocols, { wsOptions }) => {
    socket = new WebSocket(url, protocols, wsOptions);
    const send = socket.send.bind(socket);
    socket.send = (data, ...rest) => {
      frames.push(data.length);
      return send(data, ...rest);
    };
    return socket;
  };
  const wsOptions = { agent: agentFor(hub, hub.ca, port) };
  return mqtt.connect(`wss://${hub.hostName}/$iothub/websocket`, { createWebsocket, wsOptions, ...account, ...options });
}

const connected = (client) =>
  new Promise((resolve, reject) => {
    client.once('connect', resolve);
    client.once('error', reject);
  });

// The table: what is done with a client that is connected.
const cases = [
  [
    'telemetry at QoS 0 and 1 reaches the back end',
    async ({ client, run }) => {
      for (const qos of [0, 1]) {
        await client.publishAsync('devices/js-device/messages/events/colour=blue&%24.ct=text%2Fplain', `${run} ${qos}`, { qos });
        const seen = await telemetry(hub, (one) => textOf(one) === `${run} ${qos}`);
        assert.deepEqual(seen.properties, { colour: 'blue' });
        assert.equal(seen.systemProperties.contentType, 'text/plain');
      }
    },
  ],
  [
    'a message of 200 KB arrives whole',
    async ({ client, run }) => {
      const large = `${run} ${'x'.repeat(200_000)}`;
      await client.publishAsync('devices/js-device/messages/events/', large, { qos: 1 });
      assert.equal(textOf(await telemetry(hub, (one) => one.body.length > 200_000 && textOf(one).startsWith(run))), large);
    },
  ],
  [
    'the twin is read and patched',
    async ({ client, run, next }) => {
      const [granted] = await client.subscribeAsync('$iothub/twin/res/#', { qos: 0 });
      assert.equal(granted.qos, 0);
      await client.publishAsync(`$iothub/twin/PATCH/properties/reported/?$rid=${run}-1`, JSON.stringify({ run }), { qos: 0 });
      assert.match((await next())[0], new RegExp(`^\\$iothub/twin/res/204/\\?\\$rid=${run}-1&\\$version=\\d+$`));
      await client.publishAsync(`$iothub/twin/GET/?$rid=${run}-2`, '', { qos: 1 });
      const [topic, payload] = await next();
      assert.equal(topic, `$iothub/twin/res/200/?$rid=${run}-2`);
      assert.equal(JSON.parse(payload).reported.run, run);
    },
  ],
  [
    'a cloud-to-device message comes at the granted QoS and is acknowledged',
    async ({ client, run, next }) => {
      const [granted] = await client.subscribeAsync('devices/js-device/messages/devicebound/#', { qos: 2 });
      assert.equal(granted.qos, 1);
      const sent = { body: Buffer.from(run).toString('base64'), properties: { prop1: null, prop2: '', prop3: 'a string' } };
      await hub.backEnd.send('js-device', sent);
      const [topic, payload, { qos, retain }] = await next();
      assert.match(topic, /[/&]prop1&prop2=&prop3=a%20string/);
      assert.deepEqual([payload.toString(), qos, retain], [run, 1, false]);
      await settled(hub, service, 'js-device');
    },
  ],
  [
    'it comes back after a drop and subscribes again by itself',
    async ({ client, run, relay, next }) => {
      const again = connected(client);
      relay.cut();
      await again;
      await subscribed(hub, service, 'js-device', '$iothub/twin/res/#');
      await client.publishAsync(`$iothub/twin/GET/?$rid=${run}-3`, '');
      assert.equal((await next())[0], `$iothub/twin/res/200/?$rid=${run}-3`);
      await client.publishAsync('devices/js-device/messages/events/', `${run} after the drop`, { qos: 1 });
      await telemetry(hub, (one) => textOf(one) === `${run} after the drop`);
    },
  ],
  ['it says goodbye', ({ client }) => client.endAsync()],
];

for (const [run, connect, port] of [
  ['mqtts', overTls, hub.mqttPort],
  ['wss', overWebSocket, hub.httpsPort],
]) {
  await checks.check(`${run}: a token of another key is refused with return code 5`, async () => {
    const client = connect(port, { password: handMadeToken(Buffer.alloc(32).toString('base64')), reconnectPeriod: 0 });
    await assert.rejects(connected(client), { code: 5 });
    client.end(true);
  });

  const relay = await startRelay(port);
  frames = [];
  const client = connect(relay.port, { password: handMadeToken() });
  client.on('error', () => {}); // connected() tells of the first
  const seat = { run, client, relay, next: listen(client, 'message') };
  if (await checks.check(`${run}: it connects with a token made by hand`, () => connected(client))) {
    for (const [name, work] of cases) await checks.check(`${run}: ${name}`, () => work(seat));
  }
  client.end(true);
  relay.close();
}

await checks.check('wss: the first frame was one byte of a packet that needed several', () => {
  assert.equal(frames[0], 1);
  assert.ok(frames.filter((size) => size === 1).length > 10, `sizes of frames: ${frames.slice(0, 40)}`);
});
await checks.check('wss: the hub chose mqtt and declined compression', () => {
  assert.equal(socket.protocol, 'mqtt');
  assert.equal(socket.extensions, '');
});
await checks.check('the hub ends cleanly on Ctrl-C', async () => assert.deepEqual(await hub.stop(), { code: 0, signal: null }));
checks.finish();
