// Where the driver's requests are not the SDK's, and why that is right. Each entry fits a difference by its facet, and where
// they are given by its operation (`of`) and by what either side has; each must still be there.

const mine = 'the SDK names itself, which no hub asks for';
const library = 'a figure of the library at either side, within what AMQP allows';

export const differences = [
  { facet: 'header accept', driver: '*/*', sdk: 'nothing', why: 'libcurl says so where nothing is said; both mean any type (RFC 9110 12.5.1)' },
  { facet: 'header authorization', driver: /sr=.*&sig=.*&se=.*&skn=/, sdk: /sr=.*&sig=.*&skn=.*&se=/, why: 'the fields of a token have no order' },
  { facet: 'header request-id', driver: 'nothing', why: 'for traces of the SDK; a hub answers with an id of its own' },
  { facet: 'header user-agent', driver: 'nothing', why: mine },
  { of: 'patch desired properties', facet: 'header if-match', driver: 'nothing', sdk: '"*"', why: 'it is optional, and without it any ETag will do' },
  { of: 'delete devices in bulk', facet: 'body.0.importMode', driver: '"delete"', sdk: '"Delete"', why: 'as the SDKs for .NET and Java spell it' },
  { of: 'delete devices in bulk', facet: /^body\.0\.authentication\./, driver: 'nothing', why: 'the SDK for Node.js gives each entry keys; those of a device that is removed have no use' },

  { facet: /^begin\.(incoming|outgoing)_window$/, why: library },
  { facet: 'open.channel_max', driver: 'ushort 32767', why: library },
  { facet: 'open.idle_time_out', driver: 'nothing', why: 'the SDK asks for heartbeats; a hub that is gone is seen by the window of a step' },
  { facet: /^open\.properties\./, driver: 'nothing', why: mine },
  { facet: /max_message_size$/, driver: 'ulong 0', sdk: 'nothing', why: 'either means that there is no limit' },
  { facet: /initial_delivery_count$/, driver: 'uint 0', sdk: 'nothing', why: 'of a receiver it means nothing (AMQP 1.0, 2.7.3)' },
  { facet: /properties\.com\.microsoft:(client-version|receiver-name)$/, driver: 'nothing', why: mine },
  { facet: 'desired_capabilities', driver: 'nothing', sdk: /georeplication/, why: 'for Event Hubs in several regions, which a hub has not' },
  { facet: 'open.container_id', driver: 'string hubspec', sdk: 'string', why: 'the names of links are unique by themselves, so that none is taken from another' },
  { facet: 'properties.message_id', driver: 'string 1', sdk: 'string', why: 'the only request on its links' },

  { of: 'AMQP: the connection to the hub', facet: /^sasl\./, driver: /ANONYMOUS/, sdk: 'nothing', why: 'the SDK for Node.js leaves SASL out; others say ANONYMOUS, as the driver does; the token on $cbs decides' },
  { of: 'AMQP: the links of $cbs', facet: 'from it: target.address', driver: 'string cbs', sdk: 'nothing', why: 'the address that the request names as its reply-to; the SDK for Node.js names it there alone' },
  { of: 'AMQP: put-token', facet: 'body', driver: /sr=.*&sig=.*&se=.*&skn=/, sdk: /sr=.*&sig=.*&skn=.*&se=/, why: 'the fields of a token have no order' },
  { of: 'Event Hubs: the connection', facet: 'sasl.mechanism', driver: 'symbol PLAIN', sdk: 'symbol ANONYMOUS', why: 'an endpoint takes a policy and its key as well as a token on $cbs' },
  { of: 'Event Hubs: the connection', facet: 'sasl.hostname', driver: 'nothing', why: 'TLS and OPEN name the host' },
  { of: 'Event Hubs: the links of $management', facet: 'from it: target.address', driver: 'string management', sdk: 'string', why: 'any name will do that the request has as its reply-to' },
  { of: 'Event Hubs: READ', facet: 'properties.reply_to', driver: 'string management', sdk: 'string', why: 'the same' },
  { of: 'Event Hubs: READ', facet: 'application_properties.security_token', driver: 'nothing', why: 'SASL PLAIN has shown the key already' },
  { of: 'Event Hubs: a reader of a partition', facet: /selector-filter/, driver: /^@symbol apache.org:selector-filter:string string /, sdk: /^@ulong 77567109365764 string /, why: 'the two descriptors of one filter, by name and by number' },
  { of: 'Event Hubs: a reader of a partition', facet: 'target.address', driver: 'nothing', sdk: 'string', why: 'the SDK names its own end; nothing answers to it' },
  { of: 'AMQP: a message to a device', facet: 'properties.user_id', driver: 'binary "u-1"', sdk: 'nothing', why: 'the SDK for Node.js leaves the user id out; AMQP has it as binary' },
];

// What the SDKs for Node.js have no call for, and no other request may be missing here.
export const alone = {
  'DELETE /devices/D/commands': 'the purge of a queue, as the REST reference and the SDK for .NET have it',
  'GET /_hubspec/clock': 'whether this is the reference hub; any other answers 404',
  'PUT /twins/D': 'the replacement of a twin, as the REST reference and the SDK for .NET have it',
};
