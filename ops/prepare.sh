# Sourced by ops/run and ops/test: finds the toolchain, installs what is missing, says so before.
# Nothing here reads standard input. Exit code 2: this machine lacks something that we may not install.

# shellcheck shell=bash
export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
export LC_ALL="${LC_ALL:-C.UTF-8}"

say() { printf '%s\n' "$*" >&2; }

give_up() {
    say "$1"
    exit 2
}

has() { command -v "$1" >/dev/null 2>&1; }

# The server's programs are often outside PATH: Debian keeps them in a folder per version.
has_postgres() {
    [ -n "${RADLEDGER_PG_BIN:-}" ] && return 0
    has postgres && has initdb && return 0
    local found
    for found in /usr/lib/postgresql/*/bin/postgres /opt/homebrew/opt/postgresql@*/bin/postgres; do
        [ -x "$found" ] && return 0
    done
    return 1
}

need_rust() {
    has cargo || give_up "缺少 Rust 工具链，请先安装 (Rust 1.92 or newer is missing: install it first, https://www.rust-lang.org/tools/install)."
}

# need_packages PACKAGE...: installs Debian packages as root or through sudo.
need_packages() {
    [ "$#" -gt 0 ] || return 0
    has apt-get || give_up "请先安装 (please install first): $*"
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        if has sudo && sudo -n true 2>/dev/null; then
            as_root=(sudo -n)
        else
            give_up "缺少软件包，请先运行 (packages are missing, run this first): sudo apt-get install -y $*"
        fi
    fi
    say "将安装 (installing): $*"
    local quiet=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0)
    if ! "${as_root[@]}" "${quiet[@]}" install -y --no-install-recommends "$@" >/dev/null 2>&1 </dev/null; then
        # The package lists of a fresh machine are empty.
        "${as_root[@]}" "${quiet[@]}" update >/dev/null </dev/null || give_up "apt-get update 失败，无法安装 (failed, cannot install): $*"
        "${as_root[@]}" "${quiet[@]}" install -y --no-install-recommends "$@" >/dev/null </dev/null \
            || give_up "安装失败，请手工安装 (could not install, please do it by hand): $*"
    fi
}
