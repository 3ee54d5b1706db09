#!/usr/bin/env bash
# Runs the second client against a demonstration of its own: run.sh PROGRAM, for example target/debug/radledger.
#
# RADLEDGER_PYTHON  a Python that has the package cryptography; without it an environment is made below target/
# RADLEDGER_EVENTS  size of the demonstration (default 600)
# Exit codes: 0 all fine, 1 a test failed or the demonstration did not start, 2 wrong use.
set -euo pipefail

program="${1:-}"
if [ ! -x "$program" ]; then
    echo "用法 usage: $0 PROGRAM" >&2
    exit 2
fi
program="$(realpath "$program")"
here="$(cd "$(dirname "$0")" && pwd)"
target="${CARGO_TARGET_DIR:-$here/../../target}"
start_within=600

python="${RADLEDGER_PYTHON:-$target/python-venv/bin/python}"
if ! "$python" -c 'import cryptography' >/dev/null 2>&1; then
    python3 -m venv "$target/python-venv"
    python="$target/python-venv/bin/python"
    "$python" -m pip install --quiet --disable-pip-version-check --no-input cryptography
fi

# The demonstration must not take its settings from the caller's environment. Its database may run as another user,
# who has to be able to enter the folder.
for name in $(compgen -e | grep '^RADLEDGER_' || true); do
    [ "$name" = RADLEDGER_EVENTS ] || unset "$name"
done
folder="$(mktemp -d)"
chmod 711 "$folder"
demo=""
stop() {
    if [ -n "$demo" ]; then
        kill -TERM "$demo" 2>/dev/null || true
        wait "$demo" 2>/dev/null || true
    fi
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 1' INT TERM

port="$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
url="http://127.0.0.1:$port"
"$program" demo --data "$folder/data" --anchor "$folder/anchor" --events "${RADLEDGER_EVENTS:-600}" \
    --listen "127.0.0.1:$port" >"$folder/demo.log" 2>&1 </dev/null &
demo=$!

ready() {
    "$python" -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=5)' "$url/session" 2>/dev/null
}
until ready; do
    if ! kill -0 "$demo" 2>/dev/null || [ "$SECONDS" -ge "$start_within" ]; then
        echo "演示未能启动 (the demonstration did not start):" >&2
        tail -n 20 "$folder/demo.log" >&2
        exit 1
    fi
    sleep 0.5
done

cd "$here"
if ! RADLEDGER_URL="$url" RADLEDGER_IDENTITIES="$folder/data/demo/identities.json" RADLEDGER_BIN="$program" \
    RADLEDGER_ANCHOR="$folder/anchor" PYTHONDONTWRITEBYTECODE=1 "$python" -m unittest test_worked_bytes test_live; then
    echo "演示的日志 (log of the demonstration):" >&2
    tail -n 20 "$folder/demo.log" >&2
    exit 1
fi
