#!/usr/bin/python3
"""The hub's AMQP by Apache Qpid Proton for Python, for a client that shall meet another program than the hub.

Takes apart what the client says, says it to the hub as a client of its own, and does the same with what the hub says. Prints its
port when it is up, and when it is told to end (SIGTERM) what it saw, each as a line of JSON.

usage: qpid_peer.py HUB_ADDRESS HUB_PORT HUB_NAME CA_FILE
"""

import ctypes
import json
import os
import signal
import sys
from collections import Counter

from proton import Handler, Message, SSLDomain
from proton.reactor import Container

address, port, name, ca_file = sys.argv[1:]
saw = {"mechanisms": Counter(), "links": Counter(), "messages": Counter()}


def beside(file):
    return os.path.join(os.path.dirname(ca_file), file)


class Sasl:
    """A server's SASL that leaves to others who is right. Proton's own has no PLAIN, and to its plug-ins there is no way but C."""

    # Of pnx_sasl_implementation (proton/sasl_plugin.h): which of its functions a server is asked for.
    FREE, LIST_MECHANISMS, INIT_SERVER, PREPARE_WRITE, PROCESS_INIT, CAN_ENCRYPT, SIZE = 0, 1, 2, 4, 5, 10, 14
    POSTED_MECHANISMS, POSTED_OUTCOME = 2, 7  # of pnx_sasl_state

    class Bytes(ctypes.Structure):
        _fields_ = [("size", ctypes.c_size_t), ("start", ctypes.c_void_p)]

    def __init__(self, enter):
        self.enter = enter
        self.library = ctypes.CDLL("libqpid-proton-core.so.10")
        self.mechanisms = ctypes.create_string_buffer(b"PLAIN ANONYMOUS")
        self.asking = {}  # transports by their address
        simple = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)
        init = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(self.Bytes))
        nothing = simple(lambda transport: 0)
        self.functions = {
            self.FREE: nothing, self.PREPARE_WRITE: nothing, self.CAN_ENCRYPT: nothing,
            self.LIST_MECHANISMS: simple(lambda transport: ctypes.addressof(self.mechanisms)),
            self.INIT_SERVER: simple(self.begin),
            self.PROCESS_INIT: init(self.take),
        }
        self.table = (ctypes.c_void_p * self.SIZE)()
        for place, function in self.functions.items():
            self.table[place] = ctypes.cast(function, ctypes.c_void_p).value

    def call(self, name, transport, *more):
        getattr(self.library, f"pnx_sasl_{name}")(ctypes.c_void_p(transport), *more)

    def serve(self, transport):
        transport.sasl()
        transport.require_auth(True)
        self.asking[int(transport._impl)] = transport
        self.call("set_implementation", int(transport._impl), self.table, None)

    def begin(self, transport):
        self.call("set_desired_state", transport, self.POSTED_MECHANISMS)
        return 1

    def take(self, transport, mechanism, response):
        self.call("set_selected_mechanism", transport, mechanism)
        account = []
        if mechanism == b"PLAIN":  # an identity, a user and a password with NUL between them
            account = ctypes.string_at(response.contents.start, response.contents.size).decode().split("\0")[1:]
        self.enter(self.asking.pop(transport).connection, mechanism.decode(), *account)

    def settle(self, transport, is_right):
        where = int(transport._impl)
        self.call("set_succeeded", where, b"client", None) if is_right else self.call("set_failed", where)
        self.call("set_desired_state", where, self.POSTED_OUTCOME)


class Peer(Handler):
    """Each connection, session and link has as `other` the one beyond it, and lets the two say the same."""

    def __init__(self):
        super().__init__()
        self.sasl = Sasl(self.enter)
        self.unsettled = {}  # what came, by what went on

    def on_reactor_init(self, event):
        self.container = event.container
        domain = SSLDomain(SSLDomain.MODE_SERVER)
        domain.set_credentials(beside("server.pem"), beside("server.key.pem"), None)
        acceptor = self.container.acceptor("127.0.0.1", 0)
        acceptor.set_ssl_domain(domain)
        print(json.dumps({"amqpPort": acceptor._selectable.getsockname()[1]}), flush=True)

    # --- connections ---

    def on_connection_bound(self, event):
        if not hasattr(event.connection, "other"):
            self.sasl.serve(event.transport)

    def enter(self, client, mechanism, user=None, password=None):
        saw["mechanisms"][mechanism] += 1
        domain = SSLDomain(SSLDomain.MODE_CLIENT)
        domain.set_trusted_ca_db(ca_file)
        domain.set_peer_authentication(SSLDomain.VERIFY_PEER_NAME)
        hub = self.container.connect(
            f"amqps://{address}:{port}", reconnect=False, ssl_domain=domain, sni=name, virtual_host=name,
            allowed_mechs=mechanism, user=user, password=password)
        hub.waiting = client.transport
        hub.other, client.other = client, hub

    def answer(self, hub, is_right):
        if hub.waiting:
            self.sasl.settle(hub.waiting, is_right)
        hub.waiting = None

    def on_connection_remote_open(self, event):
        if hasattr(event.connection, "waiting"):
            self.answer(event.connection, True)
        else:
            event.connection.open()

    def on_transport_closed(self, event):
        if hasattr(event.connection, "waiting"):
            self.answer(event.connection, False)
        if hasattr(event.connection, "other"):
            event.connection.other.close()

    # --- sessions and links ---

    def on_session_remote_open(self, event):
        session = event.session
        if hasattr(session, "other"):
            return
        session.other = session.connection.other.session()
        session.other.other = session
        session.other.open()
        session.open()

    def on_link_remote_open(self, event):
        link = event.link
        if not hasattr(link, "other"):
            link.label = f"from {link.remote_source.address}" if link.is_sender else f"to {link.remote_target.address}"
            saw["links"][link.label] += 1
            session = link.session.other
            link.other = session.receiver(link.name) if link.is_sender else session.sender(link.name)
            link.other.other, link.other.label = link, link.label
        other = link.other
        other.source.copy(link.remote_source)
        other.target.copy(link.remote_target)
        other.snd_settle_mode, other.rcv_settle_mode = link.remote_snd_settle_mode, link.remote_rcv_settle_mode
        other.max_message_size = link.remote_max_message_size
        other.properties = link.remote_properties
        other.open()

    def on_link_flow(self, event):
        if event.link.is_sender:
            event.link.other.flow(max(0, event.link.credit - event.link.other.credit))

    def on_connection_remote_close(self, event):
        self.close(event.connection)

    def on_session_remote_close(self, event):
        self.close(event.session)

    def on_link_remote_close(self, event):
        self.close(event.link)

    def close(self, endpoint):
        endpoint.other.condition = endpoint.remote_condition
        endpoint.other.close()
        endpoint.close()

    # --- messages ---

    def on_delivery(self, event):
        delivery = event.delivery
        if delivery.readable and not delivery.partial:
            self.carry(delivery)
        elif delivery.updated and delivery in self.unsettled:
            self.tell(delivery)

    def carry(self, delivery):
        saw["messages"][delivery.link.label] += 1
        message = Message()
        message.recv(delivery.link)
        sent = message.send(delivery.link.other)
        if delivery.settled:
            sent.settle()
            delivery.settle()
        else:
            self.unsettled[sent] = delivery

    def tell(self, sent):
        delivery = self.unsettled[sent]
        delivery.local.condition = sent.remote.condition
        if sent.remote_state:
            delivery.update(sent.remote_state)
        if sent.settled:
            del self.unsettled[sent]
            delivery.settle()
            sent.settle()


def end(*_):
    print(json.dumps(saw), flush=True)
    os._exit(0)


signal.signal(signal.SIGTERM, end)
Container(Peer()).run()
