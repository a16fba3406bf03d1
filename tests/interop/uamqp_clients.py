#!/usr/bin/python3
"""Azure's AMQP stack in C (uAMQP) against the AMQP of a hub: SASL MSSBCBS, $cbs, a message to a device, telemetry.

usage: uamqp_clients.py HOST PORT CA_FILE POLICY KEY ENTITY
"""

import base64
import hashlib
import hmac
import sys
import time
import urllib.parse
from collections import namedtuple

import uamqp
from uamqp import authentication

host, port, ca_file, policy, key, entity = sys.argv[1:]
port = int(port)
Token = namedtuple("Token", ["token", "expires_on"])


def token(resource, secret):
    expiry = str(int(time.time()) + 3600)
    encoded = urllib.parse.quote_plus(resource)
    digest = hmac.new(secret, f"{encoded}\n{expiry}".encode(), hashlib.sha256).digest()
    signature = urllib.parse.quote_plus(base64.b64encode(digest))
    return f"SharedAccessSignature sr={encoded}&sig={signature}&se={expiry}&skn={policy}"


def credentials(audience, secret):
    """Through $cbs, after SASL MSSBCBS."""

    def fresh():
        return Token(token(audience, secret).encode(), int(time.time()) + 3600)

    return authentication.JWTTokenAuth(
        audience, f"amqps://{host}:{port}", get_token=fresh, port=port, verify=ca_file,
        token_type=b"servicebus.windows.net:sastoken")


def send(device, text):
    message = uamqp.Message(
        text.encode(),
        properties=uamqp.message.MessageProperties(
            to=f"/devices/{device}/messages/devicebound", message_id="from uamqp"),
        application_properties={b"colour": b"green"})
    client = uamqp.SendClient(f"amqps://{host}:{port}/messages/devicebound", auth=credentials(host, base64.b64decode(key)))
    client.queue_message(message)
    states = client.send_all_messages()
    print("sent", [str(one) for one in states], flush=True)


def receive(count):
    found = []
    for partition in range(4):
        source = uamqp.address.Source(f"amqps://{host}:{port}/{entity}/ConsumerGroups/$Default/Partitions/{partition}")
        source.set_filter(b"amqp.annotation.x-opt-sequence-number > '-1'")
        client = uamqp.ReceiveClient(source, auth=credentials(f"sb://{host}/{entity}", key.encode()), timeout=1000)
        for message in client.receive_messages_iter():
            device = message.annotations.get(b"iothub-connection-device-id", b"").decode()
            found.append((device, b"".join(message.get_data()).decode()))
        client.close()
    print("received", sorted(found), flush=True)


if __name__ == "__main__":
    send("d1", "hello from C")
    receive(2)
