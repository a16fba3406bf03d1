// The back end of the interop tests: what Azure offers over AMQP, by rhea, an AMQP client that shares nothing with the hub.

import crypto from 'node:crypto';

import rhea from 'rhea';

const { filter, message: amqp } = rhea;

function tokenFor(hub) {
  const { SharedAccessKeyName: policy, SharedAccessKey: key } = Object.fromEntries(
    hub.serviceConnectionString.split(';').map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]),
  );
  const resource = encodeURIComponent(hub.hostName);
  const expiry = Math.floor(Date.now() / 1000) + 365 * 24 * 3600; // tests move the clock
  const signature = crypto.createHmac('sha256', Buffer.from(key, 'base64')).update(`${resource}\n${expiry}`).digest('base64');
  return `SharedAccessSignature sr=${resource}&sig=${encodeURIComponent(signature)}&se=${expiry}&skn=${policy}`;
}

// Opens a connection and shows the token of the service on $cbs.
function connect(hub) {
  const container = rhea.create_container();
  const connection = container.connect({
    transport: 'tls',
    host: hub.address,
    port: hub.amqpPort,
    servername: hub.hostName,
    hostname: hub.hostName,
    ca: hub.ca,
    username: 'anonymous', // SASL ANONYMOUS
    reconnect: false,
  });
  return new Promise((resolve, reject) => {
    connection.on('disconnected', ({ error }) => reject(error ?? new Error('the hub closed the connection')));
    connection.on('connection_error', () => reject(connection.error));
    connection.open_receiver({ source: '$cbs', target: 'cbs' }).on('message', ({ message }) => {
      const { 'status-code': status, 'status-description': text } = message.application_properties;
      status === 200 ? resolve(connection) : reject(new Error(`${status} ${text}`));
    });
    connection.open_sender('$cbs').once('sendable', ({ sender }) =>
      sender.send({
        message_id: '1',
        reply_to: 'cbs',
        application_properties: { operation: 'put-token', type: 'servicebus.windows.net:sastoken', name: hub.hostName },
        body: tokenFor(hub),
      }),
    );
  });
}

const isoOf = (value) => (value instanceof Date ? value.toISOString() : value);
const SYSTEM = { message_id: 'messageId', correlation_id: 'correlationId', content_type: 'contentType', content_encoding: 'contentEncoding' };
const ANNOTATED = { 'iothub-output-name': 'outputName', 'iothub-creation-time-utc': 'creationTimeUtc' };

// As the tests speak of a message: body in Base64, properties, system properties, who sent it.
function viewOf(message) {
  const annotations = message.message_annotations ?? {};
  const system = {};
  for (const [from, to] of Object.entries(SYSTEM)) if (message[from] !== undefined) system[to] = message[from];
  for (const [from, to] of Object.entries(ANNOTATED)) if (annotations[from] !== undefined) system[to] = annotations[from];
  return {
    body: Buffer.from(message.body.content ?? message.body).toString('base64'),
    deviceId: annotations['iothub-connection-device-id'],
    moduleId: annotations['iothub-connection-module-id'] ?? null,
    properties: message.application_properties ?? {},
    systemProperties: system,
    annotations: Object.fromEntries(Object.entries(annotations).map(([name, value]) => [name, isoOf(value)])),
  };
}

export class BackEnd {
  seen = [];
  waiting = [];
  outcomes = new Map(); // of deliveries, what to do when the hub has spoken

  constructor(hub) {
    this.hub = hub;
  }

  get connection() {
    return (this.opened ??= connect(this.hub));
  }

  // Follows every partition from the start; comes back when they are all being read.
  get reading() {
    return (this.attached ??= this.connection.then((connection) =>
      Promise.all(
        ['0', '1', '2', '3'].map((partition) => {
          const receiver = connection.open_receiver({
            source: { address: `hubspec/ConsumerGroups/$Default/Partitions/${partition}`, filter: filter.selector("amqp.annotation.x-opt-offset > '-1'") },
            credit_window: 100,
          });
          receiver.on('message', ({ message }) => this.take(viewOf(message)));
          return new Promise((resolve, reject) => {
            receiver.once('receiver_error', () => reject(receiver.error));
            receiver.once('receiver_open', () => receiver.is_closed() || resolve());
          });
        }),
      ),
    ));
  }

  take(message) {
    this.seen.push(message);
    this.waiting = this.waiting.filter(({ predicate, resolve }) => !predicate(message) || resolve(message));
  }

  // The first message that fulfils the predicate, of those that came and those that come.
  async telemetry(predicate) {
    await this.reading;
    return this.seen.find(predicate) ?? new Promise((resolve) => this.waiting.push({ predicate, resolve }));
  }

  // Comes back when the hub has taken the message; throws what it says otherwise.
  async send(deviceId, { body, messageId, correlationId, contentType, properties = {} }) {
    const connection = await this.connection;
    this.sender ??= new Promise((resolve) => {
      const sender = connection.open_sender('/messages/devicebound');
      const tell = (accepted) => ({ delivery }) => this.outcomes.get(delivery)?.(accepted, delivery.remote_state);
      sender.on('accepted', tell(true)).on('rejected', tell(false));
      sender.once('sendable', () => resolve(sender));
    });
    const sender = await this.sender;
    const delivery = sender.send({
      to: `/devices/${encodeURIComponent(deviceId)}/messages/devicebound`,
      message_id: messageId,
      correlation_id: correlationId,
      content_type: contentType,
      application_properties: properties,
      body: amqp.data_section(Buffer.from(body, 'base64')),
    });
    await new Promise((resolve, reject) =>
      this.outcomes.set(delivery, (accepted, { error }) => (accepted ? resolve() : reject(new Error(`${error.condition}: ${error.description}`)))),
    );
  }

  async close() {
    if (this.opened) (await this.opened.catch(() => undefined))?.close();
  }
}
