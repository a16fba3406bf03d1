// The hub's AMQP by rhea, for a client that shall meet another library than the hub's: takes apart what the client says, says it
// to the hub as a client of its own, and does the same with what the hub says. Prints its port when it is up, and when it is
// told to end (SIGTERM) what it saw, each as a line of JSON.
// usage: node rhea_peer.mjs HUB_ADDRESS HUB_PORT HUB_NAME CA_FILE

import { readFileSync } from 'node:fs';
import path from 'node:path';
import tls from 'node:tls';

import rhea from 'rhea';

const [address, port, name, caFile] = process.argv.slice(2);
const beside = (file) => readFileSync(path.join(path.dirname(caFile), file));
const saw = { mechanisms: {}, links: {}, messages: {} };
const count = (kind, what) => (saw[kind][what] = (saw[kind][what] ?? 0) + 1);

// --- where rhea would forget or be too quick ---

// It reads the values of maps, and a body that is a value, without their types; with them it can write them as they came.
const { decode } = rhea.message;
const maps = { 0x71: 'delivery_annotations', 0x72: 'message_annotations', 0x74: 'application_properties' };
rhea.message.decode = (bytes) => {
  const message = decode(bytes);
  const reader = new rhea.types.Reader(bytes);
  while (reader.remaining()) {
    const section = reader.read();
    const code = Number(section.descriptor.value);
    if (code === 0x77) message.body = section;
    if (maps[code]) message[maps[code]] = Object.fromEntries(section.value.flatMap((key, i, all) => (i % 2 === 0 ? [[key.value, all[i + 1]]] : [])));
  }
  return message;
};

// It answers an attach at once; what it says before the other side has answered would be made up.
function hold(link) {
  link.state.open_requests -= 1;
  return () => {
    link.state.open_requests += 1;
    link.connection._register();
  };
}

// Fields as they came: rhea would write the names in the map of an error (a redirection has one) as strings, not as symbols.
const sameError = (from, to, performative, index) => {
  to.local[performative].value[index] = from.remote[performative]?.value[index];
};
const attachFields = ['snd_settle_mode', 'rcv_settle_mode', 'source', 'target', 'max_message_size', 'offered_capabilities', 'desired_capabilities', 'properties'];
const sameAttach = (from, to) =>
  attachFields.forEach((field) => {
    const value = from.remote.attach[field];
    to.local.attach[field] = value?.described?.() ?? value;
  });

// No credit and no outcome but the other side's.
const options = {
  receiver_options: { credit_window: 0, autoaccept: false },
  sender_options: { treat_modified_as_released: false },
  require_sasl: true, reconnect: false, tcp_no_delay: true,
};

// --- a link and the one beyond it ---

const highest = (link) => link.delivery_count + link.credit; // how many messages it may have carried

// What comes from one link goes to the other; credit and outcomes go back.
function join(from, to, label) {
  const unsettled = new Map(); // what came, by what went on
  from.on('message', ({ message, delivery, format }) => {
    count('messages', label);
    const sent = to.send(message, undefined, format);
    if (!delivery.remote_settled) return unsettled.set(sent, delivery);
    sent.settled = true;
    delivery.update(true);
  });
  const tell = ({ delivery: sent }) => {
    unsettled.get(sent)?.update(sent.remote_settled, sent.remote_state?.described());
    if (sent.remote_settled) unsettled.delete(sent);
  };
  for (const outcome of ['accepted', 'rejected', 'released', 'modified', 'settled']) to.on(outcome, tell);
  to.on('sender_flow', () => from.add_credit(highest(to) - highest(from)));
  for (const [one, other] of [[from, to], [to, from]])
    one.on(one.is_sender() ? 'sender_close' : 'receiver_close', () => {
      sameError(one, other, 'detach', 2);
      other.close();
    });
}

function reach(hub, link) {
  const label = link.is_sender() ? `from ${link.source.address}` : `to ${link.target.address}`;
  count('links', label);
  const answer = hold(link);
  const beyond = link.is_sender() ? hub.open_receiver({ name: link.name }) : hub.open_sender({ name: link.name });
  sameAttach(link, beyond);
  beyond.once(link.is_sender() ? 'receiver_open' : 'sender_open', () => {
    sameAttach(beyond, link);
    answer();
  });
  link.is_sender() ? join(beyond, link, label) : join(link, beyond, label);
}

// --- a connection and the one beyond it ---

function connect(account) {
  const connection = rhea.create_container().connect({
    transport: 'tls', host: address, port, servername: name, hostname: name, ca: readFileSync(caFile), ...options, ...account,
  });
  connection.opened = new Promise((resolve) => {
    connection.once('connection_open', () => resolve(true));
    connection.once('connection_close', () => resolve(false)).once('disconnected', () => resolve(false));
  });
  return connection;
}

function serve(socket) {
  const container = rhea.create_container();
  const client = container.create_connection(options);
  let hub;
  const enter = (mechanism, account) => {
    count('mechanisms', mechanism);
    hub = connect(account);
    for (const [one, other] of [[client, hub], [hub, client]])
      one.on('connection_close', () => {
        sameError(one, other, 'close', 0);
        other.close();
      });
    hub.once('connection_open', () => hub.once('disconnected', () => socket.destroy()));
    return hub.opened;
  };
  const { sasl_server_mechanisms: mechanisms } = container;
  mechanisms.enable_plain((username, password) => enter('PLAIN', { username, password }));
  mechanisms.ANONYMOUS = () => ({
    async start() {
      this.outcome = await enter('ANONYMOUS', { username: 'anonymous' });
    },
  });
  client.on('sender_open', ({ sender }) => reach(hub, sender)).on('receiver_open', ({ receiver }) => reach(hub, receiver));
  client.on('disconnected', () => hub?.close());
  client.accept(socket);
}

const server = tls.createServer({ cert: beside('server.pem'), key: beside('server.key.pem') }, serve);
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ amqpPort: server.address().port })));
process.once('SIGTERM', () => {
  console.log(JSON.stringify(saw));
  process.exit(0);
});
