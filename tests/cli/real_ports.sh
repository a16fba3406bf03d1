#!/bin/sh
# A simulated Azure at the real ports and under its real name, in a network namespace of this test's own:
# real_ports.sh HUBSPEC. Where a namespace cannot be had it says so and ends with 77, which ctest counts as skipped.
set -eu
hubspec=$1
if [ "${2:-}" != inside ]; then
    command -v unshare >/dev/null || { echo "unshare is missing: it is in Debian's util-linux"; exit 1; }
    if ! why=$(unshare --net --mount true 2>&1); then
        echo "skipped: no network namespace can be made here (it takes root): $why"
        exit 77
    fi
    exec unshare --net --mount "$0" "$hubspec" inside
fi

folder=$(mktemp -d)
hub=
trap '[ -z "$hub" ] || { kill "$hub" 2>/dev/null || :; wait "$hub" || :; }; rm -rf "$folder"' EXIT
fail() { echo "FAIL $*"; exit 1; }
name='hubspec-sim.azure-devices.net'
ip link set lo up
printf '127.0.0.1 localhost %s\n' "$name" > "$folder/hosts"
mount --bind "$folder/hosts" /etc/hosts

# Its first line says that it is up; a hub that ends before that ends the reading as well.
mkfifo "$folder/said"
"$hubspec" hub --json --host-name "$name" --state "$folder/state" > "$folder/said" &
hub=$!
exec 3< "$folder/said"
read -r facts <&3 || fail "the hub ended before it was up"
case $facts in
    *'"mqttPort":8883,"httpsPort":443,"amqpPort":5671'*) ;;
    *) fail "the hub is not at the real ports: $facts" ;;
esac
HUBSPEC_SIM=$(printf '%s\n' "$facts" | sed -n 's/.*"serviceConnectionString":"\([^"]*\)".*/\1/p')
[ -n "$HUBSPEC_SIM" ] || fail "the hub names no service connection string: $facts"
export HUBSPEC_SIM

# Its output goes to a file, and its status is the one that counts.
run() {
    out=$1
    shift
    status=0
    "$hubspec" "$@" > "$out" || status=$?
    cat "$out"
    [ "$status" = 0 ] || fail "hubspec $1 ended with status $status"
}

# The whole of a target file for Azure; the root is the only thing that the real one does without.
cat > "$folder/azure.yaml" <<YAML
ca: state/ca.pem
service: {connection_string: {env: HUBSPEC_SIM}}
longest_wait: 1s
YAML
run "$folder/doctor.txt" doctor --target "$folder/azure.yaml"
grep -q "^ok *dns *$name is 127.0.0.1" "$folder/doctor.txt" || fail "the doctor does not find the name"
grep -q "^ok *mqtt *$name:8883" "$folder/doctor.txt" || fail "the doctor does not find MQTT at its port"
run "$folder/run.txt" run --target "$folder/azure.yaml" --match 'connect/*' --match 'twin/*' -q
run "$folder/clean.txt" clean --target "$folder/azure.yaml" --older-than 0
[ ! -s "$folder/clean.txt" ] || fail "the run left identities behind"

# By the connection string alone the system's roots count, and the test root is none of them.
status=0
"$hubspec" doctor --connection-string-env HUBSPEC_SIM > "$folder/strict.txt" || status=$?
[ "$status" = 1 ] || fail "without the root the doctor ended with status $status: $(cat "$folder/strict.txt")"
grep -q "the root 'hubspec test root' is missing here" "$folder/strict.txt" || fail "$(cat "$folder/strict.txt")"
echo passed
