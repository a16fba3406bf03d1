// The devices of fixtures/devices against `hubspec hub`, each over each transport and as each kind of identity that it
// can be, driven through the adapter protocol: what it is asked for happens at the hub, what happens there it tells.
// usage: node devices.mjs PATH-OF-HUBSPEC [PATH-OF-PAHO-CPP [PATH-OF-MOSQUITTO]]

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';

import { accepts, environmentOf, startDevice } from './device_program.mjs';
import { callService, Checks, makeToken, settled, startHub, startRelay, telemetry, textOf, until } from './hub.mjs';

const [binary, pahoCpp, mosquitto] = process.argv.slice(2);
const file = (name) => fileURLToPath(new URL(`../../fixtures/devices/${name}`, import.meta.url));
const checks = new Checks();

const both = ['tls', 'wss'];
const programs = [
  { name: 'node', command: [process.execPath, file('node_sdk.mjs')], transports: both, isSdk: true },
  { name: 'python', command: ['/usr/bin/python3', file('paho_python.py')], transports: both },
  ...(pahoCpp ? [{ name: 'paho-cpp', command: [pahoCpp], transports: both }] : []),
  ...(mosquitto ? [{ name: 'mosquitto', command: [mosquitto], transports: ['tls'] }] : []),
];
const runs = programs.flatMap((program) => program.transports.map((transport) => ({ program, transport, id: `${program.name}-${transport}` })));

const hub = await startHub(
  binary,
  ...runs.flatMap(({ id }) => ['--device', id, '--module', `${id}/part`, '--x509-device', `${id}-signed`]),
);
const token = await makeToken(binary, hub.serviceConnectionString);
const call = async (method, target, body) => {
  const { status, body: answer } = await callService(hub, token, method, `${target}?api-version=2021-04-12`, body);
  assert.ok(status < 300, `${method} ${target}: ${status} ${JSON.stringify(answer)}`);
  return answer;
};

function takeSeat({ program, transport }, identity, device) {
  const { deviceId, moduleId } = identity;
  const path = moduleId ? `${deviceId}/modules/${moduleId}` : deviceId;
  return {
    ...{ program, transport, identity, device, deviceId, moduleId, isModule: moduleId !== undefined, hasKey: identity.certificateFile === undefined },
    clientId: moduleId ? `${deviceId}/${moduleId}` : deviceId,
    twin: () => call('GET', `/twins/${path}`),
    patchDesired: (desired) => call('PATCH', `/twins/${path}`, { properties: { desired } }),
    invoke: (methodName, payload) => call('POST', `/twins/${path}/methods`, { methodName, payload, responseTimeoutInSeconds: 20 }),
    send: (message) => (moduleId ? call('POST', `/_hubspec/devices/${path}/inputs/in1`, message) : hub.backEnd.send(deviceId, message)),
  };
}

async function done(answer) {
  const line = await answer;
  assert.equal(line.done, true, JSON.stringify(line));
  return line;
}

const base64 = (text) => Buffer.from(text).toString('base64');
const connectionOf = (seat) =>
  until(hub, token, '/_hubspec/connections', ({ connections }) => connections.find((one) => one.open && one.clientId === seat.clientId));
const everyFilter = (seat) => [
  seat.isModule ? /^devices\/[^/]+\/modules\/part\/(inputs\/)?#$/ : /^devices\/[^/]+\/messages\/devicebound\/#$/,
  /^\$iothub\/twin\/res\/#$/,
  /^\$iothub\/twin\/PATCH\/properties\/desired\/#$/,
  /^\$iothub\/methods\/POST\/#$/,
];
// Azure's SDK does not wait for the acknowledgements of what it subscribes to.
const subscribedToAll = (seat) =>
  until(hub, token, '/_hubspec/connections', ({ connections }) =>
    connections.find((one) => one.open && one.clientId === seat.clientId &&
      everyFilter(seat).every((filter) => one.subscriptions.some((other) => filter.test(other.filter)))));

async function hearsMessage(seat, text) {
  const properties = { prop1: null, prop2: '', prop3: 'a string', 'k & ü': '50% = x/y+z' };
  const { device } = seat;
  await seat.send({ body: base64(text), messageId: `${text} id`, correlationId: 'c&1', contentType: 'text/plain', properties });
  const message = await device.saw('message', ({ payload }) => payload === base64(text));
  const nothing = seat.program.isSdk ? 'undefined' : null; // a key alone is that word to the SDK
  for (const [name, value] of Object.entries({ ...properties, prop1: nothing })) assert.equal(message.properties[name], value, name);
  assert.equal(message.system.message_id, `${text} id`);
  assert.equal(message.system.correlation_id, 'c&1');
  assert.equal(message.system.content_type, 'text/plain');
  assert.equal(message.input, seat.isModule ? 'in1' : undefined);
  await settled(hub, token, seat.clientId);
}

// What is asked of each device, in this order.
const cases = [
  [
    'greets',
    async ({ device, hasKey }) => {
      const { can } = await device.greeting();
      const all = ['connect', 'disconnect', 'telemetry', 'report', 'get_twin', 'answer_method', 'renew_token', 'quit'];
      assert.deepEqual([...can].sort(), all.filter((one) => hasKey || one !== 'renew_token').sort());
    },
  ],
  [
    'does not do what needs a connection before there is one',
    async ({ device }) => assert.equal((await device.ask('telemetry', { payload: 'too early' })).failed, 'there is no connection'),
  ],
  [
    'connects and subscribes',
    async (seat) => {
      await done(seat.device.ask('connect'));
      await seat.device.saw('connected');
      const { subscriptions } = await subscribedToAll(seat);
      assert.equal(subscriptions.length, 4);
      assert.equal(subscriptions.find(({ filter }) => filter.startsWith('devices/')).qos, 1);
    },
  ],
  [
    'sends telemetry with properties',
    async ({ device, deviceId, moduleId, isModule, program }) => {
      const properties = { 'a & b': 'blau, grün', empty: '', sum: '1+1=2', ...(program.isSdk ? {} : { none: null }) };
      const system = { message_id: `${deviceId} 1`, correlation_id: 'c/1', content_type: 'application/json', content_encoding: 'utf-8' };
      await done(device.ask('telemetry', { payload: '{"grün":1}', properties, system, ...(isModule && { output: 'out1' }) }));
      const seen = await telemetry(hub, (one) => one.deviceId === deviceId && one.moduleId === (moduleId ?? null));
      assert.equal(textOf(seen), '{"grün":1}');
      assert.deepEqual(seen.properties, properties);
      const { messageId, correlationId, contentType, contentEncoding, outputName } = seen.systemProperties;
      assert.deepEqual([messageId, correlationId, contentType, contentEncoding], Object.values(system));
      assert.equal(outputName, isModule ? 'out1' : undefined);
    },
  ],
  [
    'reports and reads its twin',
    async ({ device, twin }) => {
      await done(device.ask('report', { patch: { firmware: 'v1', nested: { a: [1, 'ü'] }, gone: null } }));
      const { properties } = await twin();
      assert.deepEqual([properties.reported.firmware, properties.reported.nested], ['v1', { a: [1, 'ü'] }]);
      const read = (await done(device.ask('get_twin'))).twin;
      assert.deepEqual([read.reported.firmware, read.reported.nested], ['v1', { a: [1, 'ü'] }]);
      assert.equal(read.desired.$version, properties.desired.$version);
    },
  ],
  [
    'says why a patch is refused',
    async ({ device }) => assert.match((await device.ask('report', { patch: { text: 'x'.repeat(5000) } })).failed, /longer than 4 KB/),
  ],
  [
    'answers calls of any method, with their own payload or as it was told',
    async ({ device, invoke }) => {
      assert.deepEqual(await invoke('measure', { depth: [1, null] }), { status: 200, payload: { depth: [1, null] } });
      assert.deepEqual(await device.saw('method'), { saw: 'method', name: 'measure', payload: { depth: [1, null] } });
      await done(device.ask('answer_method', { name: 'reboot', status: 202, payload: { in: '5 s' } }));
      assert.deepEqual(await invoke('reboot', { delay: 3 }), { status: 202, payload: { in: '5 s' } });
      assert.deepEqual(await device.saw('method'), { saw: 'method', name: 'reboot', payload: { delay: 3 } });
    },
  ],
  [
    'answers calls that overlap, each its own',
    async ({ device, invoke }) => {
      await done(device.ask('answer_method', { name: 'slow', status: 200, after_ms: 200 }));
      const answers = await Promise.all([invoke('slow', 1), invoke('quick', 2), invoke('slow', 3), invoke('quick', 4)]);
      assert.deepEqual(answers.map(({ payload }) => payload), [1, 2, 3, 4]);
    },
  ],
  ['receives a message with its properties', (seat) => hearsMessage(seat, `hello ${seat.clientId}`)],
  [
    'hears of desired properties',
    async ({ device, patchDesired }) => {
      const { properties } = await patchDesired({ interval: 5, gone: null });
      const { patch } = await device.saw('desired', ({ patch: { interval } }) => interval === 5);
      assert.deepEqual(patch, { interval: 5, gone: null, $version: properties.desired.$version });
    },
  ],
  [
    'renews its token on a new connection',
    async (seat) => {
      const { id } = await connectionOf(seat);
      const answer = await seat.device.ask('renew_token');
      if (!seat.hasKey) return assert.equal(answer.unsupported, true);
      await done(answer);
      await until(hub, token, '/_hubspec/connections', ({ connections }) =>
        connections.some((one) => one.open && one.clientId === seat.clientId && one.id !== id));
      await hearsMessage(seat, `renewed ${seat.clientId}`);
    },
  ],
  [
    'comes back after a drop, reads its twin and hears everything',
    async (seat) => {
      const before = await connectionOf(seat);
      while (seat.device.told('connected') > 0) await seat.device.saw('connected');
      seat.relay.cut();
      await seat.device.saw('connected');
      // CONNECT and the request for the twin; a session that is there needs no SUBSCRIBE.
      await until(hub, token, '/_hubspec/connections', ({ connections }) =>
        connections.some((one) => one.open && one.clientId === seat.clientId && one.id !== before.id && one.publishesReceived > 0));
      await done(seat.device.ask('telemetry', { payload: `back ${seat.clientId}` }));
      await telemetry(hub, (one) => textOf(one) === `back ${seat.clientId}`);
      await hearsMessage(seat, `again ${seat.clientId}`);
    },
  ],
  [
    'disconnects when asked, and only then',
    async ({ device, clientId }) => {
      await done(device.ask('disconnect'));
      await device.saw('disconnected', ({ reason }) => reason === '');
      await until(hub, token, '/_hubspec/connections', ({ connections }) => connections.every((one) => !one.open || one.clientId !== clientId));
      assert.equal((await device.ask('report', { patch: {} })).failed, 'there is no connection');
    },
  ],
  [
    'connects again and ends with status 0 when asked',
    async ({ device }) => {
      await done(device.ask('connect'));
      await done(device.ask('quit'));
      assert.deepEqual(await device.ended, { status: 0, signal: null });
    },
  ],
  ['wrote nothing but lines of the protocol', async ({ device }) => assert.deepEqual(device.wrong, [])],
];

const portOf = (transport) => (transport === 'tls' ? hub.mqttPort : hub.httpsPort);

async function runCases(run, kind, identity) {
  const relay = await startRelay(portOf(run.transport));
  const device = startDevice(run.program.command, environmentOf(hub, identity, run.transport, relay.port));
  const seat = { ...takeSeat(run, identity, device), relay };
  for (const [name, work] of cases) {
    const held = await checks.check(`${run.program.name} over ${run.transport}, ${kind}: ${name}`, () => work(seat));
    if (!held) console.log(device.errors());
    if (!held && name.startsWith('connects')) break;
  }
  device.child.kill();
  relay.close();
}

// A device of its own, that is made to end whatever comes.
async function withDevice({ program, transport }, identity, change, work) {
  const environment = { ...environmentOf(hub, identity, transport, portOf(transport)), ...change };
  const device = startDevice(program.command, environment);
  try {
    await work(device);
    assert.deepEqual(device.wrong, []);
  } catch (error) {
    throw new Error(`${error.stack}\n${device.errors()}`);
  } finally {
    device.child.kill('SIGKILL');
  }
}

async function runEnds(run, identity) {
  const check = (name, change, work) =>
    checks.check(`${run.program.name} over ${run.transport}: ${name}`, () => withDevice(run, identity, change, work));
  await check('says goodbye and ends with status 0 at SIGTERM', {}, async (device) => {
    await done(device.ask('connect'));
    device.child.kill('SIGTERM');
    assert.deepEqual(await device.ended, { status: 0, signal: null });
    await until(hub, token, '/_hubspec/connections', ({ connections }) => connections.every((one) => !one.open || one.clientId !== identity.deviceId));
  });
  await check('ends with its standard input', {}, async (device) => {
    await done(device.ask('connect'));
    device.child.stdin.end();
    assert.deepEqual(await device.ended, { status: 0, signal: null });
  });
  const forged = identity.connectionString.replace(/SharedAccessKey=.*/, `SharedAccessKey=${Buffer.alloc(32).toString('base64')}`);
  await check('gives up after a few refusals, and says why', { DEVICE_CONNECTION_STRING: forged }, async (device) => {
    assert.match((await device.ask('connect')).failed, /authori[sz]ed|CONNACK 5/i);
    assert.match((await device.saw('disconnected')).reason, /authori[sz]ed|CONNACK 5/i);
    assert.equal((await device.ask('get_twin')).failed, 'there is no connection');
  });
  await check('does not speak to a hub of another root', { DEVICE_CA: hub.deviceCaFile }, async (device) => {
    assert.match((await device.ask('connect')).failed, /certificate|verif|tls/i);
  });
  const elsewhere = await startRelay(portOf(run.transport), '127.0.0.2');
  await check('does not speak to a hub of another name', { DEVICE_HOST: '127.0.0.2', DEVICE_PORT: String(elsewhere.port) }, async (device) => {
    assert.match((await device.ask('connect')).failed, /certificate|verif|tls|altnames/i);
  });
  elsewhere.close();
}

await checks.check('the schema refuses mistakes', () => {
  const mistakes = {
    request: [{ do: 'connect' }, { id: 1, do: 'dance' }, { id: 1, do: 'connect', now: true }, { id: 1, do: 'telemetry' }, { id: 1, do: 'report', patch: [] }],
    answer: [{ id: 1 }, { id: 1, done: false }, { id: 1, done: true, failed: 'x' }, { id: 1, failed: '' }, { done: true }],
    event: [{ saw: 'ufo' }, { saw: 'disconnected' }, { saw: 'message', payload: '?', properties: {}, system: {} }, { saw: 'method' }],
    greeting: [{ hello: 2, name: 'x', version: '1', can: [] }, { hello: 1, name: 'x', version: '1', can: ['dance'] }],
  };
  for (const [definition, lines] of Object.entries(mistakes))
    for (const line of lines) assert.equal(accepts(definition, line), false, JSON.stringify(line));
});

const known = (deviceId, moduleId) => hub.devices.find((one) => one.deviceId === deviceId && one.moduleId === moduleId);
for (const run of runs) {
  await runCases(run, 'device', known(run.id));
  await runCases(run, 'X.509 device', known(`${run.id}-signed`));
  await runCases(run, 'module', known(run.id, 'part'));
  await runEnds(run, known(run.id));
}

// The new connection must outlive the end of the former one.
const late = { program: { command: ['/usr/bin/python3', fileURLToPath(new URL('late_close.py', import.meta.url)), file('paho_python.py')] }, transport: 'tls' };
await checks.check('python on a library that closes its sockets late: renews its token', () =>
  withDevice(late, known('python-tls'), {}, async (device) => {
    await done(device.ask('connect'));
    await done(device.ask('renew_token'));
    await done(device.ask('telemetry', { payload: 'after the renewal' }));
    assert.equal(device.told('connected'), 2);
    await done(device.ask('quit'));
  }));

await checks.check('the hub ends cleanly on Ctrl-C', async () => assert.deepEqual(await hub.stop(), { code: 0, signal: null }));
checks.finish();
