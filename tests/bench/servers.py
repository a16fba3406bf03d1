"""The hub and its peer, each a process of its own on ports that the system picks, and the program that loads them."""
import base64
import contextlib
import json
import os
import pathlib
import resource
import socket
import subprocess
import tempfile
import time

KEY = base64.b64encode(b"a key of every device here").decode()
HOST_NAME = "hubspec.azure-devices.net"
PREFIX = "bench-"


class Failed(Exception):
    """A figure that cannot be had; its text says why."""


def raise_file_limit():
    """For tens of thousands of connections; what is started inherits it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65536
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(wanted, hard), max(wanted, hard)))
        return
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Bench:
    """What a figure is measured with: programs, a folder, how much of everything."""

    def __init__(self, build, pairs, quick):
        self.build = pathlib.Path(build).resolve()
        self.root = pathlib.Path(__file__).resolve().parent.parent.parent
        self.hubspec = self.build / "bin" / "hubspec"
        self.pairs, self.quick = pairs, quick
        self._folder = tempfile.TemporaryDirectory(prefix="hubspec-bench-")
        self.folder = pathlib.Path(self._folder.name)
        self.environment = {**{k: v for k, v in os.environ.items() if not k.startswith("HUBSPEC_")},
                            "HUBSPEC_HOME": str(self.root), "XDG_STATE_HOME": str(self.folder)}
        self.shared, self._kept = {}, []
        self.make_pki(self.pki)

    @property
    def pki(self):
        return self.folder / "hubspec"

    def make_pki(self, folder):
        subprocess.run([self.hubspec, "pki", folder, "--json"], check=True, stdout=subprocess.DEVNULL, env=self.environment)

    def scaled(self, whole, quick):
        return quick if self.quick else whole

    def client(self, what, server=None, **options):
        """Runs the load generator to its end and gives what it measured."""
        return self.result(self.start_client(what, server, **options))

    def program(self, name, what, **options):
        """The same of another program."""
        return self.result(self._start(name, what, options))

    def start_client(self, what, server=None, **options):
        if server is not None:
            options.update(port=server.wss_port if options.get("wss") else server.port, pid=server.pid)
        return self._start("bench-client", what, options)

    @contextlib.contextmanager
    def idle(self, server, connections, **options):
        """Devices that stay connected for as long as the block lasts."""
        client = self.start_client("idle", server, connections=connections, at_once=64, **options)
        if not client.stdout.readline():
            raise Failed(client.communicate()[1].strip())
        try:
            yield client
        finally:
            client.communicate()

    def _start(self, name, what, options):
        given = {"ca": self.pki / "ca.pem", "host_name": HOST_NAME, "key": KEY, "prefix": PREFIX, **options}
        arguments = []
        for option, value in given.items():
            arguments += ["--" + option.replace("_", "-"), str(int(value) if isinstance(value, bool) else value)]
        return subprocess.Popen([self.build / "bin" / name, what, *arguments], text=True, stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    @staticmethod
    def result(process):
        out, err = process.communicate()
        if process.returncode != 0:
            raise Failed(err.strip().splitlines()[0] if err.strip() else f"{process.args[0]} ended with {process.returncode}")
        return json.loads(out)

    def hub(self, devices=200, binary=None):
        return Hub(self, devices, binary or self.hubspec)

    def peer(self, devices=None):
        return Mosquitto(self)

    def kept(self, *servers):
        """Servers that stay up for several figures."""
        self._kept += servers
        return servers

    def close(self):
        for server in self._kept:
            server.__exit__()
        self._folder.cleanup()


def processor_time_of(pid):
    """Seconds so far, of all its threads; /proc/PID/stat would tell hundredths."""
    return sum(int(task.read_text().split()[0]) for task in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


def memory_of(pid):
    """Bytes, proportional set size: sockets' buffers in the kernel are not in it."""
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise Failed("the kernel does not tell the memory of a process")


class _Process:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    @property
    def pid(self):
        return self.process.pid

    def processor_time(self):
        return processor_time_of(self.pid)

    def memory(self):
        return memory_of(self.pid)


class Hub(_Process):
    name = "hub"

    def __init__(self, bench, devices, binary):
        identities = bench.folder / f"identities-{devices}.json"
        if not identities.exists():
            identities.write_text(json.dumps([{"deviceId": f"{PREFIX}{i}", "primaryKey": KEY, "secondaryKey": KEY} for i in range(devices)]))
        ports = [text for port in ("mqtt", "https", "amqp") for text in (f"--{port}-port", "0")]
        self.process = subprocess.Popen([binary, "hub", "--json", "--identities", identities, *ports], env=bench.environment,
                                        text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        line = self.process.stdout.readline()
        if not line:
            raise Failed("the hub did not start")
        facts = json.loads(line)
        self.port, self.wss_port, self.amqp_port = facts["mqttPort"], facts["httpsPort"], facts["amqpPort"]
        self.service = dict(part.split("=", 1) for part in facts["serviceConnectionString"].split(";"))


class Mosquitto(_Process):
    name = "Mosquitto"
    program = "/usr/sbin/mosquitto"

    def __init__(self, bench):
        if not os.access(self.program, os.X_OK):
            raise Failed(f"there is no {self.program}")
        for _ in range(20):  # another process may take a port that was free
            self.port, self.wss_port = _free_ports(2)
            self.process = subprocess.Popen([self.program, "-c", self._settings(bench)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if self._is_up():
                return
        raise Failed("Mosquitto did not start")

    def _settings(self, bench):
        tls = [f"cafile {bench.pki / 'ca.pem'}", f"certfile {bench.pki / 'server.pem'}", f"keyfile {bench.pki / 'server.key.pem'}"]
        lines = ["allow_anonymous true", "user root", "log_dest none", "persistence false", "set_tcp_nodelay true",
                 f"listener {self.port} 127.0.0.1", *tls, f"listener {self.wss_port} 127.0.0.1", "protocol websockets", *tls]
        file = bench.folder / "mosquitto.conf"
        file.write_text("\n".join(lines) + "\n")
        return file

    def _is_up(self):
        while self.process.poll() is None:
            with contextlib.suppress(OSError):
                for port in (self.port, self.wss_port):
                    socket.create_connection(("127.0.0.1", port)).close()
                return True
            time.sleep(0.01)
        return False


def _free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
