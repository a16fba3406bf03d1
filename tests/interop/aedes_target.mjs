// The suite against Aedes, a broker for Node.js, over TLS.
// usage: node aedes_target.mjs PATH-OF-HUBSPEC

import { readFileSync } from 'node:fs';
import path from 'node:path';
import tls from 'node:tls';

import aedes from 'aedes';

import { judgeTarget } from './target.mjs';

await judgeTarget(process.argv[2], 'aedes', async (folder) => {
  const broker = aedes();
  const file = (name) => readFileSync(path.join(folder, name));
  const server = tls.createServer({ cert: file('ca.pem'), key: file('key.pem') }, broker.handle);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = () => {
    server.close();
    broker.close();
  };
  return { port: server.address().port, stop };
});
