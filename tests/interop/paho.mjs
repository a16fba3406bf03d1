// Programs written with Eclipse Paho C and C++ (paho_c.cpp, paho_cpp.cpp) against `hubspec hub`, over wss and over ssl.
// usage: node paho.mjs PATH-OF-HUBSPEC PATH-OF-PAHO-C PATH-OF-PAHO-CPP

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import readline from 'node:readline';

import { Checks, endWithUs, listen, makeToken, settled, startHub, telemetry, textOf } from './hub.mjs';

const [binary, ...programs] = process.argv.slice(2);
const checks = new Checks();
const hub = await startHub(binary, '--device', 'paho_c', '--device', 'paho_cpp');
const service = await makeToken(binary, hub.serviceConnectionString);
const uris = { wss: `wss://localhost:${hub.httpsPort}/$iothub/websocket`, ssl: `ssl://localhost:${hub.mqttPort}` };

function start(program, uri, id, password) {
  const child = spawn(program, [uri, hub.caFile, id, `${hub.hostName}/${id}/?api-version=2021-04-12`], { stdio: ['pipe', 'pipe', 'inherit'] });
  endWithUs(child);
  child.stdin.end(`${password}\n`);
  const ended = new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  const line = listen(readline.createInterface(child.stdout), 'line');
  return { child, ended, line: async () => (await line())[0] };
}

// The whole conversation, line by line.
async function converse(one, scheme, id) {
  assert.equal(await one.line(), 'connected');
  assert.equal(await one.line(), 'sent');
  const seen = await telemetry(hub, (message) => message.deviceId === id);
  assert.equal(textOf(seen), 'x'.repeat(70_000));
  assert.deepEqual(seen.properties, { sdk: id });
  assert.equal(await one.line(), 'subscribed twin');
  assert.equal(await one.line(), 'asked');
  assert.equal(await one.line(), 'message $iothub/twin/res/200/?$rid=1 {"desired":{"$version":1},"reported":{"$version":1}}');
  assert.equal(await one.line(), 'subscribed messages');
  const sent = { body: Buffer.from(`over ${scheme}`).toString('base64'), properties: { prop: 'a string' } };
  await hub.backEnd.send(id, sent);
  assert.match(await one.line(), new RegExp(`^message devices/${id}/messages/devicebound/.*prop=a%20string.* over ${scheme}$`));
  assert.equal(await one.line(), 'disconnected');
  assert.equal(await one.ended, 0);
  await settled(hub, service, id);
}

for (const program of programs) {
  const id = program.split('/').at(-1);
  const { connectionString } = hub.devices.find(({ deviceId }) => deviceId === id);
  const token = await makeToken(binary, connectionString);
  for (const [scheme, uri] of Object.entries(uris)) {
    await checks.check(`${id} over ${scheme}: twin, telemetry, cloud-to-device`, async () => {
      const one = start(program, uri, id, token);
      try {
        await converse(one, scheme, id);
      } finally {
        one.child.kill();
      }
    });
    await checks.check(`${id} over ${scheme}: a wrong password is refused`, async () => {
      const one = start(program, uri, id, token.replace(/se=\d/, 'se=9'));
      assert.match(await one.line(), /failed.* 5$|failed.*\[5\]/);
      assert.equal(await one.ended, 1);
    });
  }
}

await checks.check('the hub ends cleanly on Ctrl-C', async () => assert.deepEqual(await hub.stop(), { code: 0, signal: null }));
checks.finish();
