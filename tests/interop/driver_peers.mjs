// Our driver (`hubspec run`) against two AMQP libraries that are not the hub's: rhea and Apache Qpid Proton for Python stand
// before `hubspec hub`, take apart what the driver says and say it to the hub themselves, and the other way round.
// usage: node driver_peers.mjs PATH-OF-HUBSPEC

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';

import { Checks, endWithUs, listen, newFolder, runProgram, startHub } from './hub.mjs';
import { startRecorder } from './recorder.mjs';

const binary = process.argv[2];
const checks = new Checks();
const folder = newFolder();
const file = (name) => path.join(folder, name);

// --- what the driver plays ---

const scenario = (title, steps) => `title: ${title}\nverifies: [C2D-12, D2C-16]\nsteps:\n${steps.trim().replaceAll(/^/gm, '  ')}\n`;
const opening = `
- device: {connect: {}}
- device: {subscribe: {filter: "devices/{{device.id}}/messages/devicebound/#", qos: 1}}
`;

const scenarios = {
  'all.yaml': scenario('Whatever a message has arrives, in both directions', `${opening}
- service:
    send: {payload: hello, message_id: m-1, correlation_id: c-1, user_id: u-1, content_type: text/plain, content_encoding: utf-8,
           ack: full, expires_in: 1h, properties: {colour: "grün & blau", empty: "", nothing: null}}
- hub:
    publish:
      topic: "devices/{{device.id}}/messages/devicebound/"
      payload: hello
      properties:
        exactly: {$.mid: m-1, $.cid: c-1, $.uid: u-1, $.ct: text/plain, $.ce: utf-8, iothub-ack: full,
                  $.to: "/devices/{{device.id}}/messages/devicebound", colour: "grün & blau", empty: "", nothing: null}
- service: {send: {hex: "00 ff 80 7f"}}
- hub: {publish: {hex: "00 ff 80 7f"}}
- device:
    publish:
      topic: "devices/{{device.id}}/messages/events/%24.mid=m-2&%24.cid=c-2&%24.uid=u-2&%24.ct=text%2Fplain&%24.ce=utf-8&colour=gr%C3%BCn&empty=&nothing"
      payload: up
      qos: 1
- service:
    telemetry:
      payload: up
      system: {messageId: m-2, correlationId: c-2, userId: u-2, contentType: text/plain, contentEncoding: utf-8, connectionDeviceId: "{{device.id}}"}
      properties: {exactly: {colour: grün, empty: "", nothing: null}}
      annotations: {x-opt-sequence-number: {ge: 0}, x-opt-offset: any, x-opt-enqueued-time: {matches: "^20.*Z$"}, iothub-message-source: Telemetry}
- service: {request: {method: POST, path: /_hubspec/clock, json: {advanceMs: 16000}}}
- service: {answer: {status: 200}}
- service: {request: {method: GET, path: "/messages/serviceBound/feedback?api-version=2021-04-12"}}
- service: {answer: {status: 200, json: [{originalMessageId: m-1, statusCode: Success, deviceId: "{{device.id}}"}]}}
`),
  'other-property.yaml': scenario('A property that the message has not', `${opening}
- service: {send: {payload: hello, properties: {colour: green}}}
- hub: {publish: {payload: hello, properties: {colour: red}}}
  within: 1s
`),
  'no-telemetry.yaml': scenario('Telemetry that no device has sent', `${opening}
- service: {telemetry: {payload: up}}
  within: 1s
`),
  'refused.yaml': scenario('What a hub does not take comes back with its reason', `
- service: {send: {size: 66000}}
- service: {answer: {outcome: rejected, condition: "amqp:link:message-size-exceeded", description: {contains: "(413001)"}}}
- service: {send: {payload: late, expires_in: 0s}}
- service: {answer: {outcome: rejected, condition: "com.microsoft:argument-error", description: {contains: "(403009)"}}}
- service: {delete_identity: {}}
- service: {send: {payload: nobody}}
- service: {answer: {outcome: rejected, condition: "amqp:not-found", description: {contains: "(404001)"}}}
`),
  'released.yaml': scenario('What a hub gives back is told as that', `
- service: {request: {method: PUT, path: /_hubspec/faults, json: {faults: [devicebound-messages-are-released]}}}
- service: {answer: {status: 200}}
- service: {send: {payload: given back}}
- service: {answer: {outcome: released, condition: empty}}
`),
};
for (const [name, text] of Object.entries(scenarios)) writeFileSync(file(name), text);

// The suite where the back end sends messages and reads telemetry; what would only wait is not this test's.
const suite = ['cloud_to_device', 'telemetry', 'will', 'session'].flatMap((one) => ['--match', `${one}/**`]);

// --- a run of it at a port for AMQP ---

async function run(hub, amqpPort, key, ...args) {
  writeFileSync(file('service.txt'), hub.serviceConnectionString);
  writeFileSync(file('events.txt'), hub.eventHubsConnectionString.replace(/SharedAccessKey=[^;]*/, key ?? '$&'));
  writeFileSync(
    file('target.yaml'),
    `host: ${hub.hostName}
address: 127.0.0.1
ports: {mqtt: ${hub.mqttPort}, https: ${hub.httpsPort}, amqp: ${amqpPort}}
ca: ${hub.caFile}
longest_wait: 1s
service:
  connection_string: {file: service.txt}
  amqp: tcp
  events: {connection_string: {file: events.txt}, address: 127.0.0.1, port: ${amqpPort}}
`,
  );
  const options = ['--target', file('target.yaml'), '--jobs', '8', '--report', `json:${file('results.json')}`];
  const { status, out, err } = await runProgram(binary, ['run', ...options, ...args]);
  return { status, said: out + err, cases: JSON.parse(readFileSync(file('results.json'))).cases };
}

const play = (hub, port, ...names) => run(hub, port, undefined, ...names.map(file));
const verdicts = ({ cases }) => Object.fromEntries(cases.map(({ name, verdict }) => [name, verdict]));
const withWrongKey = (hub, port) => run(hub, port, `SharedAccessKey=${Buffer.alloc(32).toString('base64')}`, file('no-telemetry.yaml'));

// --- the libraries ---

const beside = (name) => fileURLToPath(new URL(name, import.meta.url));
const peers = { rhea: [process.execPath, beside('rhea_peer.mjs')], Proton: ['/usr/bin/python3', beside('qpid_peer.py')] };

async function startPeer([program, script], hub) {
  const child = spawn(program, [script, hub.address, String(hub.amqpPort), hub.hostName, hub.caFile], { stdio: ['ignore', 'pipe', 'inherit'] });
  endWithUs(child);
  const ended = new Promise((_, reject) => child.once('close', (code) => reject(new Error(`${script} ended with status ${code}`))));
  ended.catch(() => {});
  const line = listen(readline.createInterface(child.stdout), 'line');
  const next = async () => JSON.parse((await Promise.race([line(), ended]))[0]);
  return {
    ...(await next()),
    // Ends it; what it saw.
    stop: () => {
      child.kill();
      return next();
    },
  };
}

// The driver, a recorder, the library, a recorder, the hub.
async function startChain(program) {
  const hub = await startHub(binary);
  const toHub = await startRecorder(hub);
  const peer = await startPeer(program, { ...hub, amqpPort: toHub.amqpPort });
  const toPeer = await startRecorder({ ...hub, amqpPort: peer.amqpPort });
  return { hub, peer, toHub, toPeer, port: toPeer.amqpPort };
}

// What was said on links, without what each end has for itself: their numbers, and a count that means nothing of a receiver.
// No body and a null one are the same here: Proton for Python leaves out a body that is null.
function linksOf(talks) {
  const links = talks.flatMap((talk) => talk.links).map(({ attach: { handle, initial_delivery_count, ...attach }, messages, credit }) => ({
    attach, credit, messages: messages.map(({ body, ...rest }) => (body === 'value, null' ? rest : { ...rest, body })),
  }));
  return links.map((link) => JSON.stringify(link, null, 1)).sort();
}

// --- the checks ---

const direct = {};
await checks.check('without a library between: what the suite comes to, and what a wrong key does', async () => {
  const hub = await startHub(binary);
  direct.suite = verdicts(await run(hub, hub.amqpPort, undefined, ...suite));
  direct.wrongKey = (await withWrongKey(hub, hub.amqpPort)).cases[0].reason.replaceAll(hub.amqpPort, 'PORT');
  await hub.stop();
  const passed = Object.values(direct.suite).filter((one) => one === 'pass').length;
  console.log(`     ${passed} of ${Object.keys(direct.suite).length} cases pass; ${direct.wrongKey}`);
  assert.ok(passed > 100);
  assert.match(direct.wrongKey, /unauthorized/);
});

for (const [name, program] of Object.entries(peers)) {
  const check = (text, work) => checks.check(`${name}: ${text}`, work);
  const { hub, peer, toHub, toPeer, port } = await startChain(program);

  await check('messages arrive with all that they have, and their feedback; telemetry is read', async () => {
    const { said, cases } = await play(hub, port, 'all.yaml');
    assert.deepEqual(cases.map((one) => one.verdict), ['pass'], said);
  });

  await check('it says to the hub what the driver said to it, and to the driver what the hub said', () => {
    const [driver, library] = [toPeer, toHub].map((one) => one.take().talks);
    assert.ok(linksOf(driver).length > 0);
    assert.deepEqual(linksOf(library), linksOf(driver));
    assert.deepEqual(linksOf(driver.map((talk) => talk.hub)), linksOf(library.map((talk) => talk.hub)));
  });

  await check('the driver says close before it leaves', async () => {
    await play(hub, port, 'all.yaml');
    const { talks } = toPeer.take();
    await Promise.all(talks.map((talk) => talk.over));
    assert.deepEqual(talks.map((talk) => talk.closed), talks.map(() => true));
    assert.ok(talks.length > 0);
  });

  await check('another property, and telemetry that nobody sent, are failures', async () => {
    const { status, said, cases } = await play(hub, port, 'other-property.yaml', 'no-telemetry.yaml');
    assert.equal(status, 1, said);
    assert.deepEqual(cases.map((one) => one.verdict), ['fail', 'fail'], said);
    const expected = cases.map((one) => one.findings[0].expected).sort();
    assert.match(expected[0], /^hub: publish/);
    assert.match(expected[1], /^service: telemetry/);
  });

  await check('what the hub refuses comes back with its condition', async () => {
    const { said, cases } = await play(hub, port, 'refused.yaml');
    assert.deepEqual(cases.map((one) => one.verdict), ['pass'], said);
  });

  await check('a wrong key is told as the hub tells it', async () => {
    const { cases } = await withWrongKey(hub, port);
    assert.equal(cases[0].reason.replaceAll(port, 'PORT'), direct.wrongKey);
  });

  await check('the suite comes to the same', async () => assert.deepEqual(verdicts(await run(hub, port, undefined, ...suite)), direct.suite));

  await check('what the hub gives back comes back', async () => {
    const { said, cases } = await play(hub, port, 'released.yaml'); // which the hub does from now on
    assert.deepEqual(cases.map((one) => one.verdict), ['pass'], said);
  });

  await check('the driver has used every node', async () => {
    const saw = await peer.stop();
    console.log(`     ${JSON.stringify(saw)}`);
    const partitions = ['0', '1', '2', '3'].map((one) => `from hubspec/ConsumerGroups/$Default/Partitions/${one}`);
    const requests = ['to $cbs', 'from $cbs', 'to $management', 'from $management', 'to /messages/devicebound'];
    for (const link of [...requests, ...partitions, 'from messages/events/ConsumerGroups/$Default/Partitions/0']) assert.ok(saw.links[link] > 0, link);
    for (const link of requests) assert.ok(saw.messages[link] > 0, link);
    assert.ok(partitions.some((one) => saw.messages[one] > 0));
    assert.deepEqual(Object.keys(saw.mechanisms).sort(), ['ANONYMOUS', 'PLAIN']);
  });

  for (const one of [toHub, toPeer]) one.close();
  await check('the hub ends cleanly on Ctrl-C', async () => assert.deepEqual(await hub.stop(), { code: 0, signal: null }));
}

rmSync(folder, { recursive: true });
checks.finish();
