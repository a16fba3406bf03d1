// A device on MQTT.js with a SAS token, for tests of what is at the other side of the hub.

import mqtt from 'mqtt';

import { listen, makeToken } from './hub.mjs';

export async function connectDevice(binary, hub, { deviceId, connectionString }) {
  const client = await mqtt.connectAsync({
    protocol: 'mqtts',
    host: hub.address,
    port: hub.mqttPort,
    servername: hub.hostName,
    ca: hub.ca,
    protocolVersion: 4,
    clientId: deviceId,
    username: `${hub.hostName}/${deviceId}/?api-version=2021-04-12`,
    password: await makeToken(binary, connectionString),
    reconnectPeriod: 0, // a connection that is lost is a fault here
  });
  return {
    client,
    // Comes back when the hub has acknowledged it; the bag is the end of the topic.
    send: (text, bag = '') => client.publishAsync(`devices/${deviceId}/messages/events/${bag}`, text, { qos: 1 }),
    // Subscribes to cloud-to-device messages and gives a function for the next one: [topic, payload].
    async receive() {
      const arrived = listen(client, 'message');
      await client.subscribeAsync(`devices/${deviceId}/messages/devicebound/#`, { qos: 1 });
      return arrived;
    },
    close: () => client.end(true),
  };
}

// The properties of a cloud-to-device message, from its topic; a name alone has no value.
export const bagOf = (topic) =>
  Object.fromEntries(topic.split('/devicebound/')[1].split('&').map((part) => part.split('=').map(decodeURIComponent)));
