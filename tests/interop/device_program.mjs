// A device program of fixtures/devices, spoken to in the adapter protocol. Each line in either direction is checked
// against the protocol's schema.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import readline from 'node:readline';

import Ajv from 'ajv';

import { endWithUs } from './hub.mjs';

const schema = JSON.parse(readFileSync(new URL('../../fixtures/devices/adapter.schema.json', import.meta.url), 'utf8'));
const ajv = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true }).addSchema(schema, 'adapter');
export const accepts = (definition, line) => ajv.getSchema(`adapter#/definitions/${definition}`)(line);

// What a program is told in its environment.
export const environmentOf = (hub, { connectionString, certificateFile, keyFile }, transport, port) => ({
  DEVICE_CONNECTION_STRING: connectionString,
  DEVICE_HOST: 'localhost',
  DEVICE_PORT: String(port),
  DEVICE_TRANSPORT: transport,
  DEVICE_CA: hub.caFile,
  ...(certificateFile && { DEVICE_CERTIFICATE: certificateFile, DEVICE_PRIVATE_KEY: keyFile }),
});

export function startDevice([program, ...args], environment) {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...environment } });
  endWithUs(child);
  let errors = '';
  child.stderr.on('data', (chunk) => (errors += chunk));
  const ended = new Promise((resolve, reject) => child.once('error', reject).once('close', (status, signal) => resolve({ status, signal })));

  const wrong = []; // lines that the schema does not know
  const told = []; // greeting and events that nobody has asked for yet
  const waiting = []; // who asks for one
  const asked = new Map();
  let lastId = 0;
  const take = (line) => {
    const json = JSON.parse(line);
    if ('id' in json) {
      if (!accepts('answer', json) || !asked.has(json.id)) wrong.push(line);
      asked.get(json.id)?.(json);
      return asked.delete(json.id);
    }
    if (!accepts('hello' in json ? 'greeting' : 'event', json)) wrong.push(line);
    const at = waiting.findIndex(({ wanted }) => wanted(json));
    if (at < 0) told.push(json);
    else waiting.splice(at, 1)[0].resolve(json);
  };
  readline.createInterface({ input: child.stdout }).on('line', (line) => {
    try {
      take(line);
    } catch {
      wrong.push(line);
    }
  });
  const hears = (wanted) => {
    const at = told.findIndex(wanted);
    return at < 0 ? new Promise((resolve) => waiting.push({ wanted, resolve })) : Promise.resolve(told.splice(at, 1)[0]);
  };
  return {
    child,
    ended,
    wrong,
    errors: () => errors,
    told: (kind) => told.filter(({ saw }) => saw === kind).length,
    greeting: () => hears((line) => 'hello' in line),
    saw: (kind, holds = () => true) => hears((line) => line.saw === kind && holds(line)),
    ask(what, members = {}) {
      const request = { id: ++lastId, do: what, ...members };
      assert.ok(accepts('request', request), JSON.stringify(request));
      const answer = new Promise((resolve) => asked.set(request.id, resolve));
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return answer;
    },
  };
}
