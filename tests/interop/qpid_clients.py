#!/usr/bin/python3
"""Apache Qpid Proton for Python against the AMQP of a hub: messages to a device, their feedback, telemetry by partition.

Each line that it prints is a JSON object: what it did and what came of it.

usage: qpid_clients.py HOST PORT CA_FILE POLICY KEY ENTITY
"""

import base64
import hashlib
import hmac
import json
import sys
import time
import urllib.parse

from proton import ConnectionException, Message, SSLDomain
from proton.reactor import LinkOption, Selector
from proton.utils import BlockingConnection, LinkDetached

host, port, ca_file, policy, key, entity = sys.argv[1:]
TIMEOUT = 20


class Target(LinkOption):
    """Where a receiver's messages go: the name by which a node knows whom to answer."""

    def __init__(self, address):
        self.address = address

    def apply(self, link):
        link.target.address = self.address


def tell(what, **more):
    print(json.dumps({"did": what, **more}), flush=True)


def token(resource, secret):
    expiry = str(int(time.time()) + 3600)
    encoded = urllib.parse.quote_plus(resource)
    digest = hmac.new(secret, f"{encoded}\n{expiry}".encode(), hashlib.sha256).digest()
    signature = urllib.parse.quote_plus(base64.b64encode(digest))
    return f"SharedAccessSignature sr={encoded}&sig={signature}&se={expiry}&skn={policy}"


def connect(mechanism, **account):
    domain = SSLDomain(SSLDomain.MODE_CLIENT)
    domain.set_trusted_ca_db(ca_file)
    domain.set_peer_authentication(SSLDomain.VERIFY_PEER_NAME)
    return BlockingConnection(
        f"amqps://{host}:{port}", timeout=TIMEOUT, ssl_domain=domain, allowed_mechs=mechanism, virtual_host=host, **account)


def ask(connection, node, request):
    """A request to a node, and its answer."""
    answers = connection.create_receiver(node, options=Target("answers"))
    requests = connection.create_sender(node)
    request.id, request.reply_to = "request", "answers"
    requests.send(request)
    answer = answers.receive(timeout=TIMEOUT)
    answers.accept()
    requests.close()
    answers.close()
    assert answer.correlation_id == "request", answer
    return answer


def put_token(connection, audience, text):
    request = Message(body=text)
    request.properties = {"operation": "put-token", "type": "servicebus.windows.net:sastoken", "name": audience}
    answer = ask(connection, "$cbs", request)
    return answer.properties["status-code"]


def send(connection, device, text, **more):
    sender = connection.create_sender("/messages/devicebound")
    message = Message(body=text.encode(), inferred=True, address=f"/devices/{device}/messages/devicebound", **more)
    delivery = sender.send(message, error_states=[])
    condition = delivery.remote.condition
    sender.close()
    return {"outcome": str(delivery.remote_state), "condition": condition and condition.name}


def send_with_plain():
    account = {"user": f"{policy}@sas.root.{host.split('.')[0]}", "password": token(host, base64.b64decode(key))}
    connection = connect("PLAIN", **account)
    properties = {"number": 5, "yes": True, "text": "grün", "none": None}
    tell("sent with PLAIN", **send(connection, "d1", "from PLAIN", id="m-1", correlation_id="c-1", properties=properties))
    connection.close()
    try:
        connect("PLAIN", **{**account, "password": token(host, b"another key")})
        tell("was let in with a wrong key")
    except ConnectionException as error:
        tell("was refused with a wrong key", why=str(error))


def send_with_claims():
    connection = connect("ANONYMOUS")
    tell("attached without a token", why=why_refused(lambda: connection.create_sender("/messages/devicebound")))
    tell("showed a wrong token", status=put_token(connection, host, token(host, b"another key")))
    tell("showed a token", status=put_token(connection, host, token(host, base64.b64decode(key))))
    tell("sent with $cbs", **send(connection, "d1", "from $cbs", id="m-2", properties={"iothub-ack": "full"}))
    tell("sent to nobody", **send(connection, "nobody", "lost"))
    return connection


def why_refused(work):
    try:
        work()
    except LinkDetached as error:
        return error.condition
    return None


def read_feedback(connection):
    receiver = connection.create_receiver("/messages/servicebound/feedback")
    message = receiver.receive(timeout=TIMEOUT)
    records = json.loads(bytes(message.body))
    receiver.accept()
    receiver.close()
    tell("read feedback", type=message.content_type, records=[(one["originalMessageId"], one["statusCode"]) for one in records])


def partition_facts(connection, partition):
    request = Message()
    request.properties = {"operation": "READ", "type": "com.microsoft:partition", "name": entity, "partition": partition}
    return ask(connection, "$management", request).body


def read_partition(connection, partition, selector, count):
    address = f"{entity}/ConsumerGroups/$Default/Partitions/{partition}"
    receiver = connection.create_receiver(address, credit=10, options=Selector(selector))
    found = []
    for _ in range(count):
        message = receiver.receive(timeout=TIMEOUT)
        found.append([message.annotations["iothub-connection-device-id"], bytes(message.body).decode()])
    receiver.close()
    return found


def read_telemetry(what, connection):
    everything, newest = [], []
    for partition in ask_partitions(connection):
        facts = partition_facts(connection, partition)
        if facts["is_partition_empty"]:
            continue
        first, last = facts["begin_sequence_number"], facts["last_enqueued_sequence_number"]
        everything += read_partition(connection, partition, "amqp.annotation.x-opt-offset > '-1'", last - first + 1)
        newest += read_partition(connection, partition, f"amqp.annotation.x-opt-sequence-number > '{last - 1}'", 1)
    tell(what, everything=sorted(everything), newest=sorted(newest))
    address = f"{entity}/ConsumerGroups/$Default/Partitions/0"
    nonsense = lambda: connection.create_receiver(address, options=Selector("colour = 'green'"))  # noqa: E731
    tell("read with a selector that no hub has", why=why_refused(nonsense))


def ask_partitions(connection):
    request = Message()
    request.properties = {"operation": "READ", "type": "com.microsoft:eventhub", "name": entity}
    return list(ask(connection, "$management", request).body["partition_ids"].elements)


if __name__ == "__main__":
    send_with_plain()
    hub = send_with_claims()
    read_feedback(hub)
    hub.close()
    plain = connect("PLAIN", user=policy, password=key)
    read_telemetry("read with PLAIN", plain)
    plain.close()
    claims = connect("ANONYMOUS")
    audience = f"amqps://{host}/{entity}"
    tell("showed a token to Event Hubs", status=put_token(claims, audience, token(audience, key.encode())))
    read_telemetry("read with $cbs", claims)
    claims.close()
