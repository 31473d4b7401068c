# shellcheck shell=bash
# Sourced by start and test, from the top of the checkout: Python, Debian packages and .venv, each if missing.

say() { printf '%s\n' "$@" >&2; }
stop() { say "$@"; exit 1; }

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"
    elif command -v sudo >/dev/null; then sudo "$@"
    else stop "需要 root 或 sudo，才能运行：$*" "Neither root nor sudo, needed to run: $*"
    fi
}

install_packages() {
    [ $# -gt 0 ] || return 0
    command -v apt-get >/dev/null || stop "本机没有 apt-get，请先自行安装：$*" "No apt-get here; please install first: $*"
    say "安装系统软件包 · Installing system packages: $*"
    as_root apt-get -q update </dev/null ||
        say "软件源刷新失败，改用已有清单 · The package lists could not be refreshed; trying those at hand"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install "$@" </dev/null ||
        stop "安装失败；请检查网络与软件源后重试：$*" "Could not install; check network and sources, then run again: $*"
}

find_python() {
    local name
    for name in python3.11 python3; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    name=$(python3 --version 2>/dev/null) || name="—"
    stop "需要 Python 3.11 或更新版本；本机：$name" "Python 3.11 or newer is needed; found: $name"
}

# set_up EXTRAS [PACKAGE...]: install the Debian packages named, then finsim with EXTRAS ('' or '[test]') into .venv.
set_up() {
    local extras=$1 python stamp wanted
    shift
    python=$(find_python)
    # Debian keeps the part of Python that makes virtual environments in a package of its own.
    "$python" -c 'import ensurepip' 2>/dev/null || set -- "$@" "$python-venv"
    install_packages "$@"

    stamp=".venv/installed$extras"
    wanted="$PWD $(sha256sum pyproject.toml)"
    if [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && .venv/bin/python -I -c 'import finsim' 2>/dev/null; then
        return
    fi
    # A virtual environment knows its own place and Python: one that was moved, or has lost its Python, is made anew.
    if ! grep -qsF "$PWD/.venv" .venv/pyvenv.cfg || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
        "$python" -m venv --clear .venv
    fi
    say "安装 Python 依赖，首次约需一两分钟 · Installing Python packages, a minute or two the first time"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --editable ".$extras" </dev/null ||
        stop "依赖安装失败；请检查网络后重试" "The packages could not be installed; check the network, then run again"
    echo "$wanted" >"$stamp"
}
