#!/usr/bin/env bash
# Says which of the tools for building are missing or too old, and how to get them.
set -euo pipefail

missing=0
complain() {
    printf 'missing: %s\n         %s\n' "$1" "$2" >&2
    missing=1
}

# Whether version $1 is at least $2.
at_least() {
    [ "$(printf '%s\n%s\n' "$2" "$1" | sort --version-sort | head -n 1)" = "$2" ]
}

need() { # name, least version, version found (empty: none), advice
    if [ -z "$3" ]; then
        complain "$1 $2 or newer" "$4"
    elif ! at_least "$3" "$2"; then
        complain "$1 $2 or newer (found $3)" "$4"
    fi
}

version_of() { # the first number with dots that a command prints; nothing when there is no such command
    { "$@" 2>/dev/null || true; } | grep -oE '[0-9]+\.[0-9]+(\.[0-9]+)?' | head -n 1 || true
}

need cargo 1.95 "$(version_of cargo --version)" 'Install Rust with rustup, then: rustup update stable'
need node 20.19 "$(version_of node --version)" 'Install Node.js 20.19 or a newer even release'
need npm 10 "$(version_of npm --version)" 'It comes with Node.js; on Debian: apt-get install npm'
command -v cc >/dev/null || complain 'cc, a C compiler' 'On Debian and Ubuntu: apt-get install build-essential'

if [ "$missing" -ne 0 ]; then
    echo 'Install what is missing, then run make again.' >&2
    exit 1
fi
