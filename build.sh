#!/usr/bin/env bash
# One entry for every task; build.ps1 is the same for PowerShell. A task is a function task_NAME with its purpose after the brace.
# If a PowerShell is found, build.ps1 runs the tasks that need one, so nothing is written twice.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

task_build() { # stage the importable module under out/Valkeyrie; needs only the .NET SDK
    need_dotnet
    rm -rf out/Valkeyrie
    dotnet publish src/Valkeyrie.PowerShell -c Release -o out/Valkeyrie/bin
    cp -R Valkeyrie.psd1 LICENSE THIRD-PARTY-NOTICES.txt module/. out/Valkeyrie/
    dotnet publish src/Valkeyrie.Precompiled -c Release \
        || say "******** NOT PRECOMPILED: the compiler is not available, or it failed. The module works, but starts more slowly. ********"
    say "The module is in out/Valkeyrie. Import-Module ./out/Valkeyrie loads it."
}

task_test() { # run xUnit and, if PowerShell is found, Pester; tests that need missing tools are skipped and counted; argument: --coverage
    need_dotnet
    if find_pwsh; then
        "$pwsh" -NoProfile -NonInteractive -File build.ps1 test "$@"
        return
    fi
    task_etcd || say "******** NO ETCD: the tests that need it are skipped. ********"
    task_build
    test_without_powershell
}

task_demo() { # the README's first session, on a private store that needs no server
    need_dotnet
    if find_pwsh; then
        "$pwsh" -NoProfile -NonInteractive -File build.ps1 demo
        return
    fi
    say "The same tour through the library:"
    dotnet run --project samples/Tour -c Release
}

task_docs() { # update the pages of cmdlets, and from them the help files that the module ships
    need_dotnet
    find_pwsh || fail "The pages were NOT UPDATED: PlatyPS requires PowerShell."
    "$pwsh" -NoProfile -NonInteractive -File build.ps1 docs
}

task_pictures() { # take the README's pictures again: real sessions in a real terminal, tmux
    need_dotnet
    find_pwsh || fail "There are NO PICTURES: they show sessions of PowerShell."
    "$pwsh" -NoProfile -NonInteractive -File build.ps1 pictures "$@"
}

task_chart() { # draw the pictures of speed from the figures of docs/measurements/etcd.json and cmdlets.json
    find_pwsh || fail "There is NO CHART: the task is written in PowerShell."
    "$pwsh" -NoProfile -NonInteractive -File build.ps1 chart
}

task_analyze() { # check every script with PSScriptAnalyzer
    find_pwsh || fail "The scripts were NOT ANALYZED: PSScriptAnalyzer requires PowerShell."
    "$pwsh" -NoProfile -NonInteractive -File build.ps1 analyze
}

task_surface() { # update the declared surface of the libraries after a deliberate change
    need_dotnet
    find_pwsh || fail "The surface was NOT UPDATED: the task is written in PowerShell."
    "$pwsh" -NoProfile -NonInteractive -File build.ps1 surface
}

task_notices() { # write THIRD-PARTY-NOTICES.txt again, from the packages that the module ships
    find_pwsh || fail "The notices were NOT WRITTEN: the task is written in PowerShell."
    "$pwsh" -NoProfile -NonInteractive -File build.ps1 notices
}

task_package() { # create out/package: the module for the PowerShell Gallery, and the libraries for NuGet; argument: --all-platforms
    need_dotnet
    find_pwsh || fail "There is NO PACKAGE: PSResourceGet creates it, which requires PowerShell. ./build.sh build needs none."
    "$pwsh" -NoProfile -NonInteractive -File build.ps1 package "$@"
}

task_release() { # take the steps of the release workflow except publishing, into out/release, and try the result as a new user would
    need_dotnet
    find_pwsh || fail "There is NO RELEASE: PSResourceGet creates its packages, which requires PowerShell."
    "$pwsh" -NoProfile -NonInteractive -File build.ps1 release "$@"
}

task_bench() { # measure against the bare HTTP/2 loop and etcdctl; arguments: rows and options, see --help
    need_dotnet
    dotnet run --project bench/Valkeyrie.Bench -c Release -- "$@"
}

task_soak() { # run rounds under faults with growing seeds, and idle clients next to them, until one fails; arguments: duration (10m), first seed
    need_dotnet
    task_etcd || exit 1
    dotnet run --project tests/Soak -c Release -- "$@"
}

task_etcd() { # find etcd and etcdctl, or install them if that is allowed
    [ $# -gt 0 ] || set -- etcd etcdctl
    local name packages=""
    for name in "$@"; do
        if ! find_program "$name"; then
            [ "$name" = etcd ] && packages="$packages etcd-server" || packages="$packages etcd-client"
        fi
    done
    [ -z "$packages" ] || install_packages "$packages"
}

# --- parts of tasks -------------------------------------------------------------------------------------------------------------------

say() { printf '%s\n' "$*"; }

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

need_dotnet() {
    # Runs inside the repository, because global.json determines the suitable SDKs.
    { has dotnet && dotnet --version >/dev/null; } || fail "The .NET SDK 10.0.100 or newer was not found. Get it at https://dotnet.microsoft.com/download."
}

# A program is the one in VALKEYRIE_ETCD or VALKEYRIE_ETCDCTL, or the one on PATH.
find_program() {
    local variable
    variable=VALKEYRIE_$(printf '%s' "$1" | tr '[:lower:]' '[:upper:]')
    if [ -n "${!variable:-}" ]; then
        [ -x "${!variable}" ] || fail "$variable names '${!variable}', which is not a program."
    else
        has "$1"
    fi
}

install_packages() {
    if [ "$(id -u)" != 0 ] || ! has apt-get || etcd_service_exists; then
        say "Not found:$1. Put etcd and etcdctl on PATH, or set VALKEYRIE_ETCD and VALKEYRIE_ETCDCTL to their paths. To get them:
  Debian, Ubuntu  apt-get install etcd-server etcd-client
  macOS           brew install etcd
  others          https://github.com/etcd-io/etcd/releases" >&2
        return 1
    fi
    say "Installing$1, which the tests need."
    apt-get -qq update || say "The package lists could not be updated; trying the existing ones."
    # shellcheck disable=SC2086 # several words are intended
    if ! DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install $1 >/dev/null; then
        say "apt-get could not install$1; its message is above." >&2
        return 1
    fi
    stop_packaged_service
}

etcd_service_exists() { [ -e /etc/init.d/etcd ] || { has systemctl && systemctl cat etcd.service >/dev/null 2>&1; }; }

# An existing etcd service is unchanged: the script installs etcd only if there is none, and then stops the service that the package started.
stop_packaged_service() {
    if [ -d /run/systemd/system ] && etcd_service_exists; then
        systemctl disable --now --quiet etcd.service
    elif etcd_service_exists; then
        /etc/init.d/etcd stop >/dev/null 2>&1 || true
    fi
}

# Sets $pwsh to a PowerShell that can load the module: the one on PATH, or the pinned .NET tool in a folder of this checkout.
find_pwsh() {
    local version output
    pwsh=pwsh
    if has pwsh && is_new_enough; then
        return 0
    fi
    version=$(tool_version PowerShellTool)
    pwsh=.tools/pwsh
    if [ ! -d ".tools/.store/powershell/$version" ] || ! is_new_enough; then
        say "No PowerShell 7.4 or newer on PATH; installing the .NET tool PowerShell $version into .tools."
        # "update" installs a missing tool, and replaces a version that is no longer pinned.
        if ! output=$(dotnet tool update PowerShell --version "$version" --allow-downgrade --tool-path .tools 2>&1); then
            say "$output"
            say "******** NO POWERSHELL: PowerShell $version could not be installed as a .NET tool; the reason is above. Continuing without it. ********"
            return 1
        fi
        if ! is_new_enough; then
            say "******** NO POWERSHELL: the .NET tool PowerShell $version does not start here. It needs the .NET 10 runtime. Continuing without it. ********"
            return 1
        fi
    fi
}

is_new_enough() { "$pwsh" -NoProfile -NonInteractive -Command 'exit [int]($PSVersionTable.PSVersion -lt [version]"7.4")' >/dev/null 2>&1; }

# The version of a tool, from the only file that contains it.
tool_version() { sed -n "s:.*<$1Version>\(.*\)</.*:\1:p" Directory.Packages.props; }

test_without_powershell() {
    local results=out/TestResults status=0 counters total executed passed failed
    rm -rf "$results"
    dotnet test tests/Valkeyrie.Tests -c Release --logger "trx;LogFileName=xunit.trx" --results-directory "$results" || status=$?
    counters=$(grep -o '<Counters [^>]*' "$results/xunit.trx") || fail "The tests ended without a result (exit code $status)."
    total=$(counter total) executed=$(counter executed) passed=$(counter passed)
    failed=$((executed - passed))
    say "Skipped tests by reason:"
    grep -o '<Message>[^<]*' "$results/xunit.trx" | sed -n 's/<Message>\$XunitDynamicSkip\$//p; s/<Message>Skipped: //p' | sort | uniq -c | sort -rn
    say "******** The PESTER suite DID NOT RUN: PowerShell is not available. ********"
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
