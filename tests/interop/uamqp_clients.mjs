// Azure's AMQP stack in C, as Debian has it for Python, against the AMQP of `hubspec hub`.
// usage: node uamqp_clients.mjs PATH-OF-HUBSPEC

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';

import { Checks, runProgram, startHub } from './hub.mjs';
import { connectDevice } from './mqtt_device.mjs';

const binary = process.argv[2];
const checks = new Checks();
// The stack resolves the name itself, so it is one that leads here.
const hub = await startHub(binary, '--host-name', 'localhost', '--device', 'd1');
const device = await connectDevice(binary, hub, hub.devices[0]);
const arrived = await device.receive();
for (const text of ['one', 'two']) await device.send(text);

await checks.check('sends to a device and reads telemetry, with SASL MSSBCBS', async () => {
  const key = /SharedAccessKey=(.*)$/.exec(hub.serviceConnectionString)[1];
  const script = fileURLToPath(new URL('uamqp_clients.py', import.meta.url));
  const args = [script, 'localhost', String(hub.amqpPort), hub.caFile, 'iothubowner', key, 'localhost'];
  const { status, out, err } = await runProgram('/usr/bin/python3', args);
  assert.equal(status, 0, err);
  assert.match(out, /sent \['MessageState.SendComplete'\]/);
  assert.match(out, /received \[\('d1', 'one'\), \('d1', 'two'\)\]/);
  const [topic, payload] = await arrived();
  assert.equal(payload.toString(), 'hello from C');
  assert.match(topic, /%24\.mid=from%20uamqp.*colour=green/);
});

device.close();
await checks.check('the hub ends cleanly on Ctrl-C', async () => assert.deepEqual(await hub.stop(), { code: 0, signal: null }));
checks.finish();
