// AMQP 1.0 as it is on the wire: what a client sends, cut into frames and told as text with its types, so that two clients can
// be compared. Values that AMQP takes for granted are left out, said or not.

import types from 'rhea/lib/types.js';

const terminus = ['address', 'durable', 'expiry_policy', 'timeout', 'dynamic', 'dynamic_node_properties'];
const composites = {
  0x10: ['open', 'container_id hostname max_frame_size channel_max idle_time_out outgoing_locales incoming_locales offered_capabilities desired_capabilities properties'],
  0x11: ['begin', 'remote_channel next_outgoing_id incoming_window outgoing_window handle_max offered_capabilities desired_capabilities properties'],
  0x12: ['attach', 'name handle role snd_settle_mode rcv_settle_mode source target unsettled incomplete_unsettled initial_delivery_count max_message_size offered_capabilities desired_capabilities properties'],
  0x13: ['flow', 'next_incoming_id incoming_window next_outgoing_id outgoing_window handle delivery_count link_credit available drain echo properties'],
  0x14: ['transfer', 'handle delivery_id delivery_tag message_format settled more rcv_settle_mode state resume aborted batchable'],
  0x15: ['disposition', 'role first last settled state batchable'],
  0x18: ['close', 'error'],
  0x28: ['source', [...terminus, 'distribution_mode', 'filter', 'default_outcome', 'outcomes', 'capabilities'].join(' ')],
  0x29: ['target', [...terminus, 'capabilities'].join(' ')],
  0x41: ['sasl', 'mechanism initial_response hostname'],
  0x70: ['header', 'durable priority ttl first_acquirer delivery_count'],
  0x73: ['properties', 'message_id user_id to subject reply_to correlation_id content_type content_encoding absolute_expiry_time creation_time group_id group_sequence reply_to_group_id'],
};
const maps = { 0x71: 'delivery_annotations', 0x72: 'message_annotations', 0x74: 'application_properties', 0x78: 'footer' };

// What a field is when nothing is said (AMQP 1.0, parts 2.7, 3.2 and 3.5).
const granted = new Set([
  'channel_max=ushort 65535', 'handle_max=uint 4294967295', 'max_frame_size=uint 4294967295', 'snd_settle_mode=ubyte 2', 'rcv_settle_mode=ubyte 0',
  'incomplete_unsettled=boolean false', 'durable=uint 0', 'durable=boolean false', 'expiry_policy=symbol session-end', 'timeout=uint 0', 'dynamic=boolean false',
  'priority=ubyte 4', 'first_acquirer=boolean false', 'delivery_count=uint 0', 'drain=boolean false', 'echo=boolean false', 'more=boolean false',
  'resume=boolean false', 'aborted=boolean false', 'batchable=boolean false', 'settled=boolean false',
]);

const typeNames = [[/^Str/, 'string'], [/^Sym/, 'symbol'], [/^Vbin/, 'binary'], [/Ulong/i, 'ulong'], [/Uint/i, 'uint'], [/^Ushort/, 'ushort'], [/^Ubyte/, 'ubyte'],
  [/^(Boolean|True|False)/, 'boolean'], [/Long$/, 'long'], [/Int$/, 'int'], [/^Timestamp/, 'timestamp'], [/^Uuid/, 'uuid'], [/^Short/, 'short'], [/^Byte/, 'byte']];
const typeOf = ({ type: { name } }) => typeNames.find(([pattern]) => pattern.test(name))?.[1] ?? name.toLowerCase();
const isNull = (value) => value === undefined || value === null || value.type?.name === 'Null';
const codeOf = ({ descriptor }) => (descriptor === undefined ? undefined : Number(descriptor.value));

// One line for a value: its type and what it is.
export function show(value) {
  if (isNull(value)) return 'null';
  if (value.descriptor !== undefined) return `@${show(value.descriptor)} ${show({ ...value, descriptor: undefined })}`;
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`;
  if (Array.isArray(value.value)) {
    const items = value.value.map(show);
    if (!/^Map/.test(value.type.name)) return `[${items.join(', ')}]`;
    return `{${items.map((one, i) => (i % 2 === 0 ? `${one}: ${items[i + 1]}` : '')).filter(Boolean).join(', ')}}`;
  }
  if (typeOf(value) === 'binary') return `binary ${JSON.stringify(value.value.toString())}`;
  return `${typeOf(value)} ${value.value}`;
}

// The members of a described list as {"source.address": "string $cbs"}; what is null or granted is not there.
function members(value, prefix = '') {
  const [, names] = composites[codeOf(value)];
  const all = {};
  names.split(' ').forEach((name, i) => {
    const field = value.value[i];
    if (isNull(field) || granted.has(`${name}=${show(field)}`)) return;
    if (composites[codeOf(field)]) Object.assign(all, members(field, `${prefix}${name}.`));
    else if (/^Map/.test(field.type?.name ?? '')) Object.assign(all, pairs(field, `${prefix}${name}.`));
    else all[`${prefix}${name}`] = show(field);
  });
  return all;
}

function pairs(map, prefix) {
  const all = {};
  for (let i = 0; i < map.value.length; i += 2) all[`${prefix}${map.value[i].value}`] = show(map.value[i + 1]);
  return all;
}

// The sections of a message; tokens in it keep nothing that is secret.
export function sections(bytes) {
  const all = {};
  const reader = new types.Reader(bytes);
  while (reader.remaining()) {
    const section = reader.read();
    const code = codeOf(section);
    if (composites[code]) Object.assign(all, members(section, `${composites[code][0]}.`));
    else if (maps[code]) Object.assign(all, pairs(section, `${maps[code]}.`));
    else all.body = code === 0x75 ? `data of ${section.value.length} bytes` : `value, ${show({ ...section, descriptor: undefined })}`;
  }
  for (const name of Object.keys(all)) all[name] = withoutSecret(all[name]);
  return all;
}

export const withoutSecret = (text) => text.replace(/\b(sig|se)=[^& "]*/g, '$1=*');

// Takes bytes as they come; `frame` gets {channel, name, fields, payload} for each frame, `header` the protocol's number.
export class Frames {
  left = Buffer.alloc(0);

  constructor(told) {
    this.told = told;
  }

  feed(chunk) {
    this.left = Buffer.concat([this.left, chunk]);
    while (this.left.length >= 8) {
      const isHeader = this.left.toString('latin1', 0, 4) === 'AMQP';
      const size = isHeader ? 8 : this.left.readUInt32BE(0);
      if (this.left.length < size) return;
      if (!isHeader && size > 8) this.told(this.decode(this.left.subarray(0, size)));
      this.left = this.left.subarray(size);
    }
  }

  decode(frame) {
    const reader = new types.Reader(frame);
    reader.skip(frame[4] * 4);
    const performative = reader.read();
    const name = composites[codeOf(performative)]?.[0] ?? `0x${codeOf(performative).toString(16)}`;
    const fields = composites[codeOf(performative)] ? members(performative) : {};
    return { channel: frame.readUInt16BE(6), name, fields, payload: reader.remaining() ? reader.read_bytes(reader.remaining()) : undefined };
  }
}
