// A man in the middle with the hub's own certificate, before its HTTPS and its AMQP: notes what a client asks, over AMQP also what
// the hub says, and lets everything pass.

import { readFileSync } from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import tls from 'node:tls';

import { Frames, sections, withoutSecret } from './amqp_frames.mjs';

const listening = (server) => new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)));

function recordHttps(hub, identity, noted) {
  return https.createServer(identity, (request, response) => {
    const parts = [];
    request.on('data', (chunk) => parts.push(chunk));
    request.on('end', () => {
      const { method, url, headers, rawHeaders } = request;
      const body = Buffer.concat(parts).toString();
      noted.push({ method, url, headers: { ...headers, authorization: withoutSecret(headers.authorization ?? '') }, body });
      const onward = https.request({ host: hub.hostName, agent: hub.agent, method, path: url, headers: rawHeaders }, (answer) => {
        response.writeHead(answer.statusCode, answer.rawHeaders);
        answer.pipe(response);
      });
      onward.on('error', () => response.destroy());
      response.on('close', () => onward.destroy());
      onward.end(body);
    });
  });
}

// What one end says on a connection: {open, links: [{attach, messages}]}. A link is known by its channel and handle.
class Talk {
  begun = [];
  links = [];
  credits = [];
  byHandle = new Map();

  take({ channel, name, fields, payload }) {
    const key = `${channel} ${fields.handle}`;
    if (name === 'open') this.open = fields;
    if (name === 'close') this.closed = true;
    if (name === 'sasl') this.sasl = { mechanism: fields.mechanism, hostname: fields.hostname }; // the rest is secret
    if (name === 'begin') this.begun.push(fields);
    if (name === 'attach') {
      const link = { attach: fields, messages: [], parts: [] };
      this.byHandle.set(key, link);
      this.links.push(link);
    }
    if (name === 'flow' && fields.handle !== undefined) (this.byHandle.get(key).credit ??= fields.link_credit);
    if (name === 'transfer') this.takePart(this.byHandle.get(key), fields, payload);
  }

  takePart(link, fields, payload) {
    if (link.parts.length === 0) link.first = fields;
    link.parts.push(payload);
    if (fields.more !== undefined) return;
    const { message_format, settled } = link.first;
    link.messages.push({ ...(message_format && { message_format }), ...(settled && { settled }), ...sections(Buffer.concat(link.parts)) });
    link.parts = [];
  }
}

function recordAmqp(hub, identity, talks) {
  return tls.createServer(identity, (client) => {
    const talk = new Talk();
    talk.hub = new Talk(); // what the hub says
    talk.over = new Promise((resolve) => client.once('close', resolve));
    talks.push(talk);
    const upstream = tls.connect({ host: hub.address, port: hub.amqpPort, servername: hub.hostName, ca: hub.ca });
    for (const [socket, other, said] of [[client, upstream, talk], [upstream, client, talk.hub]]) {
      const frames = new Frames((frame) => said.take(frame));
      socket.on('data', (chunk) => frames.feed(chunk));
      socket.setNoDelay();
      socket.on('error', () => {});
      socket.on('close', () => other.end()); // a pipe does not pass on that one was reset
    }
    client.pipe(upstream).pipe(client);
  });
}

export async function startRecorder(hub) {
  const state = path.dirname(hub.caFile);
  const identity = { cert: readFileSync(path.join(state, 'server.pem')), key: readFileSync(path.join(state, 'server.key.pem')) };
  const requests = [];
  const talks = [];
  const servers = [recordHttps(hub, identity, requests), recordAmqp(hub, identity, talks)];
  const [httpsPort, amqpPort] = await Promise.all(servers.map(listening));
  return {
    httpsPort,
    amqpPort,
    // What was noted since this was asked last.
    take: () => ({ requests: requests.splice(0), talks: talks.splice(0) }),
    close: () => servers.forEach((server) => (server.close(), server.closeAllConnections?.())),
  };
}
