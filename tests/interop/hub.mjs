// Starts `hubspec hub` on free ports and gives what the interop scripts need to talk to it.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import tls from 'node:tls';

import { BackEnd } from './back_end.mjs';

// A child that does not outlive this process, not even when ctest ends it.
export function endWithUs(child) {
  const end = () => child.kill();
  process.on('exit', end);
  child.once('exit', () => process.off('exit', end));
}
process.once('SIGTERM', () => process.exit(1));

export const newFolder = () => mkdtempSync(path.join(tmpdir(), 'hubspec-interop-'));

export async function startHub(binary, ...options) {
  const state = newFolder();
  const hub = await startHubIn(state, binary, ...options);
  const stop = hub.stop;
  hub.stop = async () => {
    const how = await stop.call(hub);
    rmSync(state, { recursive: true });
    return how;
  };
  return hub;
}

// The same on a folder that stays; null: what it keeps is gone with it.
export async function startHubIn(state, binary, ...options) {
  const where = state === null ? [] : ['--state', state];
  const child = spawn(binary, ['hub', '--json', '--mqtt-port', '0', '--https-port', '0', '--amqp-port', '0', ...where, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  endWithUs(child);
  const line = await new Promise((resolve, reject) => {
    readline.createInterface(child.stdout).once('line', resolve);
    child.once('exit', (code) => reject(new Error(`hubspec hub ended with status ${code} before it was up`)));
  });
  const facts = JSON.parse(line);
  const ca = readFileSync(facts.caFile);
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  const hub = {
    ...facts,
    ca,
    agent: agentFor(facts, ca, facts.httpsPort),
    pid: child.pid,
    async stop(signal = 'SIGINT') {
      await this.backEnd.close();
      this.agent.destroy();
      child.kill(signal);
      return ended;
    },
  };
  hub.backEnd = new BackEnd(hub);
  return hub;
}

// What would go to HOST:443 goes to a port of this machine; the certificate is still checked against HOST.
export function agentFor(hub, ca, port) {
  const agent = new https.Agent({ keepAlive: true });
  agent.createConnection = ({ cert, key }, connected) =>
    tls.connect({ ca, cert, key, host: hub.address, port, servername: hub.hostName }, connected);
  return agent;
}

// JSON over the service API with a token of the service connection string.
export function callService(hub, token, method, target, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const all = { Authorization: token, 'Content-Type': 'application/json', ...headers };
    const request = https.request({ host: hub.hostName, agent: hub.agent, method, path: target, headers: all }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }));
    });
    request.on('error', reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

// A TCP relay whose connections can be cut: a network that fails.
export async function startRelay(port, address = '127.0.0.1') {
  const open = new Set();
  const server = net.createServer((client) => {
    const upstream = net.connect(port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => open.delete(socket));
    }
    client.pipe(upstream).pipe(client);
  });
  await new Promise((resolve) => server.listen(0, address, resolve));
  return {
    port: server.address().port,
    cut: () => open.forEach((socket) => socket.destroy()),
    close: () => {
      open.forEach((socket) => socket.destroy());
      server.close();
    },
  };
}

// Runs a program to its end.
export function runProgram(program, args, { input = '', ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], ...options });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => (out += chunk));
    child.stderr.on('data', (chunk) => (err += chunk));
    child.once('error', reject);
    child.once('close', (status, signal) => resolve({ status, signal, out, err }));
    child.stdin.on('error', () => {}); // it may end without reading
    child.stdin.end(input);
  });
}

// A SAS token for a connection string, made by `hubspec sas`.
export async function makeToken(binary, connectionString) {
  const { status, out, err } = await runProgram(binary, ['sas', '--connection-string-file', '-'], { input: connectionString });
  if (status !== 0) throw new Error(err);
  return out.trim();
}

// The first message at the back end that fulfils the predicate.
export const telemetry = (hub, predicate) => hub.backEnd.telemetry(predicate);

// The text of a message at the back end.
export const textOf = ({ body }) => Buffer.from(body, 'base64').toString();

// ms: what has not come by then does not come, however busy the machine is.
export const patience = 240_000;

// Asks the hub again and again until its answer fulfils the predicate, which is then given back.
export async function until(hub, token, target, predicate) {
  const end = Date.now() + patience;
  for (;;) {
    const { body } = await callService(hub, token, 'GET', target);
    const found = predicate(body);
    if (found) return found;
    if (Date.now() > end) throw new Error(`${target} went on saying ${JSON.stringify(body)}`);
  }
}

// Comes back with the open connection of a client once it is subscribed to the filter.
export const subscribed = (hub, token, clientId, filter) =>
  until(hub, token, '/_hubspec/connections', ({ connections }) =>
    connections.find((one) => one.open && one.clientId === clientId && one.subscriptions.some((other) => other.filter === filter)));

// Comes back once an identity has no cloud-to-device message that waits or is on its way.
export const settled = (hub, token, clientId) => until(hub, token, `/_hubspec/devices/${encodeURIComponent(clientId)}/queue`, ({ queued }) => queued === 0);

// Fails when the promise is not kept in time, so that what never comes is one failed check and no hanging test.
function inTime(promise) {
  let timer;
  const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error(`nothing came for ${patience / 1000} s`)), patience)));
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// Named checks in order; a failed one does not hide the next.
export class Checks {
  passed = 0;
  failed = 0;
  async check(name, work) {
    try {
      await inTime(work());
      this.passed += 1;
      console.log(`ok   ${name}`);
      return true;
    } catch (error) {
      this.failed += 1;
      console.log(`FAIL ${name}: ${error.stack ?? error}`);
      return false;
    }
  }
  finish() {
    console.log(`${this.passed} passed, ${this.failed} failed`);
    process.exit(this.failed === 0 && this.passed > 0 ? 0 : 1);
  }
}

// What an emitter says, one after the other; the listener stays, since SDKs unsubscribe when the last one goes.
export function listen(emitter, event) {
  const said = [];
  const waiting = [];
  emitter.on(event, (...args) => (waiting.length > 0 ? waiting.shift()(args) : said.push(args)));
  return () => (said.length > 0 ? Promise.resolve(said.shift()) : new Promise((resolve) => waiting.push(resolve)));
}

export const once = (emitter, event) => new Promise((resolve) => emitter.once(event, (...args) => resolve(args)));
