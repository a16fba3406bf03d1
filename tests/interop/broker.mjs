// A Mosquitto broker on a free port, and certificates for servers that are no hub.

import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';

import { endWithUs, once, runProgram } from './hub.mjs';

// A self-signed certificate for hub.example and this machine: ca.pem and key.pem in the folder.
export async function makeCertificate(folder) {
  const made = await runProgram('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=hub.example'],
    ...['-addext', 'subjectAltName=DNS:hub.example,DNS:localhost,IP:127.0.0.1', '-keyout', path.join(folder, 'key.pem'), '-out', path.join(folder, 'ca.pem')],
  ]);
  if (made.status !== 0) throw new Error(made.err);
}

const freePort = () =>
  new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

// Mosquitto takes no port 0, so another process may have taken the one that was free.
// `heard` is called with all that the broker has said so far, each time that it says more.
export async function startMosquitto(folder, lines, heard = () => {}) {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const port = await freePort();
    const file = path.join(folder, 'mosquitto.conf');
    writeFileSync(file, [`listener ${port} 127.0.0.1`, 'allow_anonymous true', 'user root', ...lines, ''].join('\n'));
    const child = spawn('mosquitto', ['-v', '-c', file], { stdio: ['ignore', 'ignore', 'pipe'] });
    endWithUs(child);
    const ended = once(child, 'exit');
    let said = '';
    const up = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', () => resolve(false));
      child.stderr.on('data', (chunk) => {
        said += chunk;
        heard(said);
        if (/mosquitto version .* running/.test(said)) resolve(true);
      });
    });
    if (up) return { port, stop: () => (child.kill(), ended), said: () => said };
  }
  throw new Error('mosquitto did not start');
}
