#!/usr/bin/env bash
# Walks through the portal in a real browser, against a small demonstration of its own: run.sh PROGRAM [WALK…]
# Screenshots of every page, at two widths and in both languages, land in target/portal/.
set -euo pipefail
program="$(realpath "$1")"
shift
cd "$(dirname "$0")"
base="$(mktemp -d /tmp/radledger-walks.XXXXXX)"
port="${RADLEDGER_WALK_PORT:-18462}"
cleanup() {
    [ -n "${service:-}" ] && kill -INT "$service" 2>/dev/null && wait "$service" 2>/dev/null
    rm -rf "$base"
}
trap cleanup EXIT
chmod 755 "$base"
export RADLEDGER_DATA="$base/city" RADLEDGER_URL="http://127.0.0.1:$port"
"$program" demo --events "${RADLEDGER_WALK_EVENTS:-3000}" --listen "127.0.0.1:$port" >"$base/service.log" 2>&1 &
service=$!
for _ in $(seq 600); do
    curl -sf "$RADLEDGER_URL/readyz" >/dev/null 2>&1 && break
    kill -0 "$service" 2>/dev/null || { cat "$base/service.log" >&2; exit 1; }
    sleep 0.5
done
curl -sf "$RADLEDGER_URL/readyz" >/dev/null || { cat "$base/service.log" >&2; exit 1; }
RADLEDGER_PROGRAM="$program" node all.mjs "$@" || { tail -n 40 "$base/service.log" >&2; exit 1; }
