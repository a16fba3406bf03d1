// Starts `hubspec hub` on free ports and gives what the interop scripts need to talk to it.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import tls from 'node:tls';

export async function startHub(binary, ...options) {
  const state = mkdtempSync(path.join(tmpdir(), 'hubspec-interop-'));
  const child = spawn(binary, ['hub', '--json', '--mqtt-port', '0', '--https-port', '0', '--state', state, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await new Promise((resolve, reject) => {
    readline.createInterface(child.stdout).once('line', resolve);
    child.once('exit', (code) => reject(new Error(`hubspec hub ended with status ${code} before it was up`)));
  });
  const facts = JSON.parse(line);
  const ca = readFileSync(facts.caFile);
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  return {
    ...facts,
    ca,
    agent: agentFor(facts, ca),
    async stop() {
      child.kill('SIGINT');
      const how = await ended;
      rmSync(state, { recursive: true });
      return how;
    },
  };
}

// What would go to HOST:443 goes to the hub's own port; the certificate is still checked against HOST.
function agentFor(facts, ca) {
  const agent = new https.Agent({ ca, keepAlive: true });
  agent.createConnection = (options, connected) =>
    tls.connect({ ca, host: facts.address, port: facts.httpsPort, servername: facts.hostName }, connected);
  return agent;
}

// JSON over the service API with a token of the service connection string.
export function callService(hub, token, method, target, body) {
  return new Promise((resolve, reject) => {
    const request = https.request(
      { host: hub.hostName, agent: hub.agent, method, path: target, headers: { Authorization: token, 'Content-Type': 'application/json' } },
      (response) => {
        let text = '';
        response.on('data', (chunk) => (text += chunk));
        response.on('end', () => resolve({ status: response.statusCode, body: text === '' ? undefined : JSON.parse(text) }));
      },
    );
    request.on('error', reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

// A TCP relay whose connections can be cut: a network that fails.
export async function startRelay(port) {
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
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
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
export async function telemetry(hub, token, predicate) {
  let after = 0;
  for (;;) {
    const { body } = await callService(hub, token, 'GET', `/_hubspec/telemetry?after=${after}&wait=20000`);
    const found = body.messages.find(predicate);
    if (found) return found;
    if (body.messages.length === 0) throw new Error('the message did not arrive at the hub');
    after = body.next;
  }
}

// Comes back once a device is subscribed to the filter: the hub is asked until it says so.
export async function subscribed(hub, token, filter) {
  for (;;) {
    const { body } = await callService(hub, token, 'GET', '/_hubspec/connections');
    if (body.connections.some((one) => one.open && one.subscriptions.some((other) => other.filter === filter))) return;
  }
}

// Named checks in order; a failed one does not hide the next.
export class Checks {
  passed = 0;
  failed = 0;
  async check(name, work) {
    try {
      await work();
      this.passed += 1;
      console.log(`ok   ${name}`);
    } catch (error) {
      this.failed += 1;
      console.log(`FAIL ${name}: ${error.stack ?? error}`);
    }
  }
  finish() {
    console.log(`${this.passed} passed, ${this.failed} failed`);
    process.exit(this.failed === 0 && this.passed > 0 ? 0 : 1);
  }
}

export const once = (emitter, event) => new Promise((resolve) => emitter.once(event, (...args) => resolve(args)));
