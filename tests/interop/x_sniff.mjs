import tls from 'node:tls'; import { readFileSync } from 'node:fs'; import path from 'node:path';
import { startHub, makeToken, callService } from './hub.mjs'; import { spawn } from 'node:child_process';
const hub = await startHub(process.argv[2], '--device', 'paho_c'); const st = path.dirname(hub.caFile);
const service = await makeToken(process.argv[2], hub.serviceConnectionString);
const token = await makeToken(process.argv[2], hub.devices[0].connectionString);
const t0 = Date.now();
const server = tls.createServer({ cert: readFileSync(path.join(st,'server.pem')), key: readFileSync(path.join(st,'server.key.pem')) }, (c) => {
  const u = tls.connect({ host: '127.0.0.1', port: hub.httpsPort, servername: hub.hostName, ca: hub.ca });
  c.on('data', (d) => { console.log(Date.now()-t0, '->', d.length, d.subarray(0,24).toString('hex'), d.length < 30 ? '' : d.subarray(0,300).toString('latin1').replace(/[^ -~]/g,'.')); u.write(d); });
  u.on('data', (d) => { console.log(Date.now()-t0, '<-', d.length, d.subarray(0,40).toString('hex')); c.write(d); });
  c.on('end', () => { console.log(Date.now()-t0, 'client end'); u.end(); }); u.on('end', () => { console.log(Date.now()-t0,'hub end'); c.end(); });
  c.on('error', (e) => console.log('cerr', e.code)); u.on('error', (e) => console.log('uerr', e.code));
});
await new Promise((r) => server.listen(0, '127.0.0.1', r));
const child = spawn('/tmp/w/build-interop/tests/interop/paho_c', [`wss://localhost:${server.address().port}/$iothub/websocket`, hub.caFile, 'paho_c', `${hub.hostName}/paho_c/?api-version=2021-04-12`], { stdio: ['pipe', 'pipe', 'inherit'] });
child.stdin.end(token + '\n');
child.stdout.on('data', (d) => { console.log(Date.now()-t0, String(d).slice(0,100)); if (/subscribed messages/.test(d)) callService(hub, service, 'POST', '/_hubspec/devices/paho_c/messages', { body: 'aGVsbG8=' }); });
await new Promise((r) => child.once('close', r)); await new Promise((r) => setTimeout(r, 300)); process.exit(0);
