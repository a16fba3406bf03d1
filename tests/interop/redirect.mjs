// Azure's SDKs speak to the well-known ports of a host name. In this process those of the hub's lead to `hubspec hub`;
// nothing else about the connections changes, and the certificate is still checked against the name.

import tls from 'node:tls';

export function redirectTo(hub) {
  const ports = { 443: hub.httpsPort, 5671: hub.amqpPort, 8883: hub.mqttPort };
  const connect = tls.connect;
  tls.connect = (...args) => {
    const options = typeof args[0] === 'object' ? args[0] : { port: args[0], host: args[1] };
    const callback = args.find((one) => typeof one === 'function');
    const host = options.servername || options.host || options.hostname;
    const port = ports[options.port];
    if (host !== hub.hostName || port === undefined) return connect(...args);
    return connect({ ...options, host: hub.address, port, servername: host, ca: hub.ca, path: undefined }, callback);
  };
}
