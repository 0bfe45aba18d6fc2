#!/usr/bin/env bash
# One entry for every task; build.ps1 is the same for PowerShell. A task is a function task_NAME with its purpose behind the brace.
# Where a PowerShell is found, the tasks that use one are handed to build.ps1, so that nothing is written twice.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

task_build() { # stage the importable module under out/Valkeyrie; needs the .NET SDK alone
    need_dotnet
    rm -rf out/Valkeyrie
    dotnet publish src/Valkeyrie.PowerShell -c Release -o out/Valkeyrie/bin
    cp -R Valkeyrie.psd1 module/. out/Valkeyrie/
    say "The module is in out/Valkeyrie. Import-Module ./out/Valkeyrie loads it."
}

task_test() { # run xUnit and, where a PowerShell is found, Pester
    need_dotnet
    task_etcd
    if find_pwsh; then
        "$pwsh" -NoProfile -NonInteractive -File build.ps1 test
        return
    fi
    task_build
    test_without_powershell
}

task_demo() { # the README's tour on a private etcd
    need_dotnet
    task_etcd
    if find_pwsh; then
        "$pwsh" -NoProfile -NonInteractive -File build.ps1 demo
        return
    fi
    say "The same tour through the library:"
    dotnet run --project samples/Tour -c Release
}

task_bench() { # measure against the bare HTTP/2 loop and etcdctl; arguments: rows and options, see --help
    need_dotnet
    dotnet run --project bench/Valkeyrie.Bench -c Release -- "$@"
}

task_etcd() { # find etcd, or install it where that may be done
    [ -z "${VALKEYRIE_ETCD:-}" ] || [ -x "$VALKEYRIE_ETCD" ] || fail "VALKEYRIE_ETCD names '$VALKEYRIE_ETCD', which is not a program."
    if [ -n "${VALKEYRIE_ETCD:-}" ] || has etcd; then
        return
    fi
    if [ "$(id -u)" != 0 ] || ! has apt-get || etcd_service_exists; then
        fail "etcd was not found. Put it on PATH, or its path into VALKEYRIE_ETCD. To get it:
  Debian, Ubuntu  apt-get install etcd-server etcd-client
  macOS           brew install etcd
  others          https://github.com/etcd-io/etcd/releases"
    fi
    install_etcd
}

# --- parts of tasks -------------------------------------------------------------------------------------------------------------------

say() { printf '%s\n' "$*"; }

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

need_dotnet() {
    # Asked inside the repository: global.json has a say in which SDK will do.
    has dotnet && dotnet --version >/dev/null || fail "The .NET SDK, 8.0.100 or newer, was not found. Get it at https://dotnet.microsoft.com/download."
}

etcd_service_exists() { [ -e /etc/init.d/etcd ] || { has systemctl && systemctl cat etcd.service >/dev/null 2>&1; }; }

install_etcd() {
    say "etcd was not found: installing Debian's etcd-server and etcd-client."
    apt-get -qq update || say "The package lists could not be renewed; trying with those that are here."
    DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install etcd-server etcd-client >/dev/null
    has etcd || fail "The packages were installed, but there is still no etcd on PATH."
    # There was no such service before, so the one that the package may have started is ours to end. The tests start their own.
    if [ -d /run/systemd/system ]; then
        systemctl disable --now --quiet etcd.service
    else
        /etc/init.d/etcd stop >/dev/null 2>&1 || true
    fi
}

# Sets $pwsh to a PowerShell that can load the module: the one on PATH, or the dotnet tool in a folder of this checkout's own.
find_pwsh() {
    for pwsh in pwsh .tools/pwsh; do
        if has "$pwsh" && "$pwsh" -NoProfile -NonInteractive -Command 'exit [int]($PSVersionTable.PSVersion -lt [version]"7.4")'; then
            return 0
        fi
    done
    say "No PowerShell 7.4 or newer on PATH; trying the dotnet tool."
    if dotnet tool install PowerShell --tool-path .tools && [ -x .tools/pwsh ]; then
        pwsh=.tools/pwsh
        return 0
    fi
    say "******** NO POWERSHELL is to be had here. Going on with all that needs none. ********"
    return 1
}

test_without_powershell() {
    local results=out/TestResults status=0 counters total executed passed failed
    rm -rf "$results"
    dotnet test tests/Valkeyrie.Tests -c Release --logger "trx;LogFileName=xunit.trx" --results-directory "$results" || status=$?
    counters=$(grep -o '<Counters [^>]*' "$results/xunit.trx") || fail "The tests ended without a result (exit code $status)."
    total=$(counter total) executed=$(counter executed) passed=$(counter passed)
    failed=$((executed - passed))
    say "******** The PESTER suite DID NOT RUN: there is no PowerShell here. ********"
    summary "$passed" "$failed" $((total - executed))
    [ "$status" = 0 ] && [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
}

counter() { printf '%s' "$counters" | sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p"; }

summary() {
    if [ "$3" = 0 ]; then
        say "$1 passed, $2 failed"
    else
        say "$1 passed, $2 failed, $3 skipped"
    fi
}

usage() {
    say "Usage: ./build.sh TASK [ARGUMENT...]"
    sed -n 's/^task_\([a-z]*\)() { # /  \1\t/p' build.sh
}

task=${1:-help}
case $task in
    help | -h | --help) usage ;;
    *)
        declare -F "task_$task" >/dev/null || fail "There is no task '$task'. $(usage)"
        shift
        "task_$task" "$@"
        ;;
esac
