"""What Python's own clients need of MQTT and of Azure's tokens."""
import base64
import hashlib
import hmac
import urllib.parse


def text(value):
    value = value.encode()
    return len(value).to_bytes(2, "big") + value


def packet(first, body):
    length, encoded = len(body), b""
    while True:
        encoded += bytes([length % 128 | (0x80 if length >= 128 else 0)])
        length //= 128
        if not length:
            return bytes([first]) + encoded + body


def sas(resource, key, expiry, policy=None):
    """`expiry`: seconds since 1970."""
    resource = urllib.parse.quote(resource, safe="")
    digest = hmac.new(base64.b64decode(key), f"{resource}\n{int(expiry)}".encode(), hashlib.sha256).digest()
    name = f"&skn={policy}" if policy else ""
    return f"SharedAccessSignature sr={resource}&sig={urllib.parse.quote(base64.b64encode(digest), safe='')}&se={int(expiry)}{name}"


def connect(host_name, device, key, expiry, keep_alive=0):
    """The first packet of a device, with CleanSession."""
    token = sas(f"{host_name}/devices/{device}", key, expiry)
    head = b"\x00\x04MQTT\x04\xc2" + keep_alive.to_bytes(2, "big")
    return packet(0x10, head + text(device) + text(f"{host_name}/{device}/?api-version=2021-04-12") + text(token))
