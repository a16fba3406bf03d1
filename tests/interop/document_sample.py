"""The Python sample of the protocol document, with its placeholders filled in from the command line.

usage: document_sample.py CA-FILE DEVICE-ID HUB-NAME PORT SAS-TOKEN
       document_sample.py CA-FILE DEVICE-ID HUB-NAME PORT CERTIFICATE-FILE KEY-FILE

The sample names its hub HUB-NAME.azure-devices.net and port 8883. Here that name leads to this machine and that port to
PORT; the sample itself is not changed. Its variant for certificates is a fragment between "as before" and "as before",
which are taken from the sample. It ends after its message has been acknowledged.
"""

import os
import socket
import sys

ca_file, device, hub, port, *proof = sys.argv[1:]

_connect = socket.create_connection


def _to_this_machine(address, *args, **kwargs):
    host, wanted = address
    if host == hub + ".azure-devices.net" and wanted == 8883:
        address = ("127.0.0.1", int(port))
    return _connect(address, *args, **kwargs)


socket.create_connection = _to_this_machine


def _text(name):
    with open(os.path.join(os.path.dirname(__file__), name)) as file:
        return file.read()


sample = _text("document_sample.txt")
placeholders = {
    "<local path to digicert.cer file>": ca_file,
    "<device id from device registry>": device,
    "<iot hub name>": hub,
}
if len(proof) == 1:
    placeholders["<generated SAS token>"] = proof[0]
else:
    before = sample[: sample.index("client.username_pw_set(")]
    after = sample[sample.index("client.publish(") :]
    sample = before + _text("document_sample_x509.txt") + after
    placeholders["<local path to your certificate file>"] = proof[0]
    placeholders["<local path to your device key file>"] = proof[1]
for placeholder, value in placeholders.items():
    assert placeholder in sample, placeholder
    sample = sample.replace(placeholder, value)


def _print(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
    # The sample loops for ever; here its work ends with its first message, or with a refusal.
    if text == "Device sent message":
        os._exit(0)
    if text.startswith("Device connected") and not text.endswith(": 0"):
        os._exit(1)


exec(compile(sample, "document_sample", "exec"), {"print": _print, "__name__": "__main__"})
