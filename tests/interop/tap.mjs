// A man in the middle with the hub's own certificate: notes the packets that a client sends, and lets everything pass.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import tls from 'node:tls';

import mqttPacket from 'mqtt-packet';

export async function startTap(hub) {
  const state = path.dirname(hub.caFile);
  const identity = { cert: readFileSync(path.join(state, 'server.pem')), key: readFileSync(path.join(state, 'server.key.pem')) };
  const connections = []; // of each, the packets of the client
  const server = tls.createServer(identity, (client) => {
    const sent = [];
    connections.push(sent);
    const parser = mqttPacket.parser();
    parser.on('packet', (packet) => sent.push(packet));
    const upstream = tls.connect({ host: hub.address, port: hub.mqttPort, servername: hub.hostName, ca: hub.ca });
    client.on('data', (chunk) => parser.parse(chunk));
    for (const socket of [client, upstream]) socket.on('error', () => {});
    client.pipe(upstream).pipe(client);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: server.address().port, connections, close: () => server.close() };
}
