"""That the bench works, on tiny counts: what it prints has its shape. What it measures is nobody's business here.
usage: bench_test.py BUILD-FOLDER
"""
import json
import pathlib
import subprocess
import sys
import tempfile

build = sys.argv[1]
program = [sys.executable, str(pathlib.Path(__file__).with_name("bench.py")), "--build", build]


def run(*arguments):
    return subprocess.run([*program, *arguments], capture_output=True, text=True)


def check(holds, what):
    if not holds:
        sys.exit(f"bench_test: {what}")


listed = run("--list")
names = [line.split()[0] for line in listed.stdout.splitlines()]
check(listed.returncode == 0 and len(names) == len(set(names)) > 20, f"--list: {listed.stdout}{listed.stderr}")
absent = run("--match", "no-such/*")
check(absent.returncode == 4 and "no figure is called no-such/*" in absent.stderr, f"a pattern that fits nothing: {absent}")
check(run("--pairs", "0").returncode != 0, "no pairs are taken")

# Compiling a translation unit takes too long for a test.
tried = [name for name in names if not name.startswith("build/")]
with tempfile.TemporaryDirectory() as folder:
    file = pathlib.Path(folder, "bench.json")
    ended = run("--quick", "--pairs", "1", "--json", str(file), *[text for name in tried for text in ("--match", name)])
    check(ended.returncode == 0, f"status {ended.returncode}\n{ended.stdout}{ended.stderr}")
    document = json.loads(file.read_text(), parse_constant=lambda text: check(False, f"{text} in JSON"))
check(document["quick"] and document["pairs"] == 1, "quick and pairs")
for fact in ("hubspec", "revision", "mosquitto", "cores", "loadAverage", "loadAverageAfter", "startedAt", "openssl"):
    check(fact in document["machine"], f"the machine's {fact}")
check([one["name"] for one in document["figures"]] == tried, "every figure, in order")
for one in document["figures"]:
    check(one["problem"] is None and one["pairs"], f"{one['name']}: {one['problem']}")
    check(all(isinstance(one[key], (int, float)) for key in ("ours", "theirs", "ratio", "seconds")), f"{one['name']}: figures")
    check(isinstance(one["holds"], bool) and one["unit"] and one["against"], f"{one['name']}: aim and unit")
lines = ended.stdout.splitlines()
check([line.split()[0] for line in lines] == ["figure", *tried], f"the table:\n{ended.stdout}")
