// The bytes of MQTT 3.1.1 in words: each field with its place, so that one can be found in the other. A decoder of its
// own, which knows nothing of the one that judged the case.

const packetNames = [
    '',
    'CONNECT',
    'CONNACK',
    'PUBLISH',
    'PUBACK',
    'PUBREC',
    'PUBREL',
    'PUBCOMP',
    'SUBSCRIBE',
    'SUBACK',
    'UNSUBSCRIBE',
    'UNSUBACK',
    'PINGREQ',
    'PINGRESP',
    'DISCONNECT',
    '',
];
const connackCodes = [
    'accepted',
    'unacceptable protocol level',
    'identifier rejected',
    'server unavailable',
    'bad user name or password',
    'not authorized',
];

// "10 02 ... (300 bytes)": what was kept, and how many there were.
function readHex(text) {
    const [kept, rest] = text.split(' ... ');
    const bytes = Uint8Array.from(kept.match(/[0-9a-f]{2}/gi) ?? [], (one) => Number.parseInt(one, 16));
    return { bytes, total: rest ? Number(/\d+/.exec(rest)?.[0] ?? bytes.length) : bytes.length };
}

function utf8(bytes) {
    try {
        return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
        return null;
    }
}

class Cursor {
    constructor(bytes, at) {
        this.bytes = bytes;
        this.at = at;
        this.end = bytes.length;
        this.fields = [];
    }
    add(name, value, from) {
        this.fields.push({ name, value: String(value), from, to: this.at });
        return value;
    }
    left() {
        return this.end - this.at;
    }
    take(count) {
        if (this.left() < count) throw new RangeError('the bytes end here');
        this.at += count;
        return this.bytes.subarray(this.at - count, this.at);
    }
    byte() {
        return this.take(1)[0];
    }
    word() {
        const [high, low] = this.take(2);
        return high * 256 + low;
    }
    number(name, meaning = (value) => value) {
        const from = this.at;
        const value = this.word();
        this.add(name, meaning(value), from);
        return value;
    }
    text(name) {
        const from = this.at;
        const bytes = this.take(this.word());
        return this.add(name, utf8(bytes) ?? `no UTF-8: ${hexOf(bytes)}`, from);
    }
}

const hexOf = (bytes) => Array.from(bytes, (one) => one.toString(16).padStart(2, '0')).join(' ');

function remainingLength(cursor) {
    let value = 0;
    for (let shift = 0; shift < 4; shift += 1) {
        const byte = cursor.byte();
        value += (byte & 127) * 128 ** shift;
        if (byte < 128) return value;
    }
    throw new RangeError('the remaining length has more than four bytes');
}

function connectFields(c) {
    c.text('protocol name');
    let from = c.at;
    c.add('protocol level', c.byte(), from);
    from = c.at;
    const flags = c.byte();
    const set = [
        [2, 'clean session'],
        [4, 'will'],
        [32, 'will retain'],
        [64, 'password'],
        [128, 'user name'],
        [1, 'reserved bit'],
    ];
    const words = set.filter(([bit]) => flags & bit).map(([, word]) => word);
    c.add('connect flags', words.join(', ') || 'none', from);
    c.number('keep alive', (seconds) => `${seconds} s`);
    c.text('client id');
    if (flags & 4) {
        c.text('will topic');
        from = c.at;
        const payload = c.take(c.word());
        c.add(`will payload, QoS ${(flags >> 3) & 3}`, utf8(payload) ?? hexOf(payload), from);
    }
    if (flags & 128) c.text('user name');
    if (flags & 64) {
        from = c.at;
        c.add('password', plural(c.take(c.word()).length, 'byte'), from);
    }
}

function publishFields(c, flags) {
    const topic = c.text('topic');
    if ((flags & 6) !== 0) c.number('packet id');
    return { topic, payload: { from: c.at, to: c.end } };
}

function listFields(c, each) {
    c.number('packet id');
    while (c.left() > 0) each(c);
}

const bodies = {
    CONNECT: connectFields,
    CONNACK: (c) => {
        let from = c.at;
        c.add('session present', c.byte() & 1, from);
        from = c.at;
        const code = c.byte();
        c.add('return code', `${code} (${connackCodes[code] ?? 'reserved'})`, from);
    },
    PUBLISH: publishFields,
    SUBSCRIBE: (c) =>
        listFields(c, () => {
            c.text('topic filter');
            const from = c.at;
            c.add('requested QoS', c.byte(), from);
        }),
    SUBACK: (c) =>
        listFields(c, () => {
            const from = c.at;
            const code = c.byte();
            c.add('return code', code === 128 ? '128 (failure)' : `${code} (granted)`, from);
        }),
    UNSUBSCRIBE: (c) => listFields(c, () => c.text('topic filter')),
};
for (const name of ['PUBACK', 'PUBREC', 'PUBREL', 'PUBCOMP', 'UNSUBACK']) bodies[name] = (c) => c.number('packet id');

function decodeOne(bytes, start) {
    const c = new Cursor(bytes, start);
    const first = c.byte();
    const name = packetNames[first >> 4];
    const flags = first & 15;
    const packet = { name, fields: c.fields, from: start };
    if (!name) throw new RangeError('there is no such packet type');
    c.add('packet type', name, start);
    if (name === 'PUBLISH') {
        c.add('flags', [`QoS ${(flags >> 1) & 3}`, flags & 8 && 'DUP', flags & 1 && 'RETAIN'].filter(Boolean).join(', '), start);
    } else if (flags !== (name === 'SUBSCRIBE' || name === 'UNSUBSCRIBE' || name === 'PUBREL' ? 2 : 0))
        c.add('flags', `${flags} (reserved)`, start);
    try {
        const at = c.at;
        const length = c.add('remaining length', remainingLength(c), at);
        packet.to = c.at + length;
        c.end = Math.min(bytes.length, packet.to);
        Object.assign(packet, bodies[name]?.(c, flags));
    } catch (problem) {
        packet.problem = problem.message;
        packet.to = Math.min(packet.to ?? bytes.length, bytes.length);
    }
    return packet;
}

// All packets of these bytes; what cannot be read ends the last one with a `problem`.
function decodePackets(bytes) {
    const packets = [];
    for (let at = 0; at < bytes.length; at = packets[packets.length - 1].to) {
        try {
            packets.push(decodeOne(bytes, at));
        } catch (problem) {
            packets.push({ name: 'bytes', fields: [], from: at, to: bytes.length, problem: problem.message });
        }
    }
    return packets;
}

const systemProperties = {
    '$.mid': 'message id',
    '$.cid': 'correlation id',
    '$.uid': 'user id',
    '$.to': 'to',
    '$.exp': 'expiry',
    '$.ct': 'content type',
    '$.ce': 'content encoding',
    '$.ctime': 'creation time',
    '$.on': 'output name',
    '$.ifid': 'interface id',
    '$.sub': 'component',
    '$.cdid': 'connection device id',
    '$.cmid': 'connection module id',
    $rid: 'request id',
    $version: 'version',
    'iothub-ack': 'feedback that is asked for',
    'iothub-messageid': 'message id',
    'iothub-correlationid': 'correlation id',
    'api-version': 'API version',
};

function unescape(text) {
    try {
        return decodeURIComponent(text);
    } catch {
        return text;
    }
}

// The property bag of a topic or a user name: after its question mark, or the last level of messages/events/ and
// messages/devicebound/.
function propertiesOf(text) {
    const bag = /(?:\/messages\/(?:events|devicebound)\/|\/(?:inputs|outputs)\/[^/]*\/|\?)([^?/]*=.*|[^?/]*)$/
        .exec(text)?.[1]
        ?.replace(/^\?/, '')
        .replace(/\/$/, '');
    if (!bag || (!bag.includes('=') && !bag.includes('&') && !text.includes('?'))) return [];
    return bag
        .split('&')
        .filter(Boolean)
        .map((part) => {
            const equals = part.indexOf('=');
            const name = unescape(equals < 0 ? part : part.slice(0, equals));
            return { name, meaning: systemProperties[name] ?? '', value: equals < 0 ? null : unescape(part.slice(equals + 1)) };
        });
}
