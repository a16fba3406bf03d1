"""The Python sample of the protocol document, with its placeholders filled in from the command line.

usage: document_sample.py CA-FILE DEVICE-ID SAS-TOKEN HUB-NAME PORT

The sample names its hub HUB-NAME.azure-devices.net and port 8883. Here that name leads to this machine and that port to
PORT; the sample itself is not changed. It ends after its message has been acknowledged.
"""

import os
import socket
import sys

ca_file, device, token, hub, port = sys.argv[1:6]

_resolve = socket.getaddrinfo
_connect = socket.create_connection


def _to_this_machine(address, *args, **kwargs):
    host, wanted = address
    if host == hub + ".azure-devices.net" and wanted == 8883:
        address = ("127.0.0.1", int(port))
    return _connect(address, *args, **kwargs)


socket.create_connection = _to_this_machine

sample = open(os.path.join(os.path.dirname(__file__), "document_sample.txt")).read()
for placeholder, value in {
    "<local path to digicert.cer file>": ca_file,
    "<device id from device registry>": device,
    "<generated SAS token>": token,
    "<iot hub name>": hub,
}.items():
    assert placeholder in sample, placeholder
    sample = sample.replace(placeholder, value)




def _print(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
    if text == "Device sent message":
        # The sample loops for ever; its work is done.
        os._exit(0)


exec(compile(sample, "document_sample", "exec"), {"print": _print, "__name__": "__main__"})
