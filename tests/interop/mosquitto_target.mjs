// The suite against Mosquitto over TLS.
// usage: node mosquitto_target.mjs PATH-OF-HUBSPEC

import path from 'node:path';

import { startMosquitto } from './broker.mjs';
import { judgeTarget } from './target.mjs';

await judgeTarget(process.argv[2], 'mosquitto', (folder) => {
  const file = (name) => path.join(folder, name);
  return startMosquitto(folder, [`cafile ${file('ca.pem')}`, `certfile ${file('ca.pem')}`, `keyfile ${file('key.pem')}`]);
});
