#!/usr/bin/env python3
"""Runs a device program on an Eclipse Paho that is slow between telling that a connection is over and closing its socket.

usage: late_close.py PROGRAM
"""

import os
import runpy
import sys
import time

from paho.mqtt import client as mqtt

tell = mqtt.Client._do_on_disconnect


def tell_and_dawdle(self, *args, **kwargs):
    former = self._sock
    tell(self, *args, **kwargs)
    for _ in range(100):  # until there is another socket, which Paho would then close
        if self._sock is not None and self._sock is not former:
            return
        time.sleep(0.01)


mqtt.Client._do_on_disconnect = tell_and_dawdle
program = sys.argv[1]
sys.path.insert(0, os.path.dirname(program))
runpy.run_path(program, run_name="__main__")
