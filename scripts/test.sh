#!/usr/bin/env bash
# Runs every check, one after the other, and says at the end what ran. Called by `make test`, which has built the web app.
# What cannot be run for want of a browser, of Python, of PostgreSQL, of LibreOffice or of poppler says "skipped:" and does
# not fail here; `.ci/run` fails on it.
set -Eeuo pipefail
cd "$(dirname "$0")/.."
export CARGO_TERM_COLOR=never NO_COLOR=1

readonly SKIPPED=77
logs=$(mktemp -d)
summary=()

finish() {
    local code=$?
    if [ "$code" -ne 0 ] && [ -n "${stage:-}" ]; then
        summary+=("$stage: FAILED")
    fi
    printf '\n%s\n' '--- what ran ---'
    if [ "${#summary[@]}" -gt 0 ]; then
        printf '%s\n' "${summary[@]}"
    fi
    rm -rf "$logs"
    exit "$code"
}
trap finish EXIT

# Runs a command under a name and keeps what it says. 77 means that it could not be run.
run() {
    stage=$1
    shift
    printf '\n--- %s ---\n' "$stage"
    local code=0
    "$@" 2>&1 | tee "$logs/log" || code=${PIPESTATUS[0]}
    if [ "$code" -eq "$SKIPPED" ]; then
        summary+=("skipped: $stage")
    elif [ "$code" -ne 0 ]; then
        exit "$code"
    else
        summary+=("$stage: $(result)")
    fi
    stage=
}

# How many tests the log of the last command counts, in the words of whichever runner it was.
result() {
    awk '
        /^test result:/            { passed += $4; failed += $6; ignored += $8; counted = 1 }   # cargo
        /^ *Tests  /               { for (i = 2; i <= NF; i++) {                                # vitest
                                         if ($i == "passed") passed += $(i - 1)
                                         if ($i == "failed") failed += $(i - 1)
                                         if ($i == "skipped") skipped += $(i - 1) }
                                     counted = 1 }
        $2 == "pass" && NF == 3    { passed += $3; counted = 1 }                                # node
        $2 == "fail" && NF == 3    { failed += $3 }
        $2 == "skipped" && NF == 3 { skipped += $3 }
        /^(native client|server SDK): / { passed += $3; failed += $5; counted = 1 }
        END {
            if (!counted) { print "ok"; exit }
            printf "%d passed, %d failed", passed, failed
            if (ignored) printf ", %d ignored (measurements)", ignored
            if (skipped) printf ", %d skipped", skipped
            print ""
        }' "$logs/log"
}

# The tests on PostgreSQL are part of the tests in Rust and fail without one, unless they are told to leave it out.
postgres() {
    if ! scripts/postgres.sh; then
        echo 'skipped: the tests on PostgreSQL (there is none)'
        return "$SKIPPED"
    fi
}

# So are those that open papers as an office does.
libreoffice() {
    if ! scripts/libreoffice.sh; then
        echo 'skipped: the tests by LibreOffice (there is none)'
        return "$SKIPPED"
    fi
}

# Those that read PDFs back are part of them too.
poppler() {
    if ! scripts/poppler.sh; then
        echo 'skipped: the tests that read PDFs back (no poppler)'
        return "$SKIPPED"
    fi
}

browser_tests() {
    if ! scripts/chromium.sh; then
        echo 'skipped: the tests in a real browser (no Chromium)'
        return "$SKIPPED"
    fi
    scripts/firefox.sh || echo 'skipped: the tests in Firefox (there is none)'
    npm test --silent --prefix tests/browser
}

# A test by Python, with what its environment holds.
python_tests() {
    if ! scripts/venv.sh; then
        echo 'skipped: no Python environment'
        return "$SKIPPED"
    fi
    "$DIEMCAU_VENV/bin/python" "$@" "$DIEMCAU_BIN"
}

# Known vulnerabilities: only where cargo-deny is installed and its database can be had.
advisories() {
    if ! command -v cargo-deny >/dev/null; then
        echo 'not looked up: cargo-deny is not installed (cargo install --locked cargo-deny)'
    elif ! cargo deny fetch; then
        echo 'not looked up: the database cannot be fetched'
    else
        cargo deny --offline check
    fi
}

run 'web: types' npm run check --silent --prefix web
run 'web: unit tests' npm test --silent --prefix web
run 'web: weight' npm run weigh --silent --prefix web
run 'rust: format' cargo fmt --check
run 'rust: lints' cargo clippy --locked --all-targets -- -D warnings
run 'postgresql for the tests' postgres
if [[ ${summary[-1]} == skipped:* ]]; then
    export DIEMCAU_SKIP_POSTGRES=1
fi
run 'libreoffice for the tests' libreoffice
if [[ ${summary[-1]} == skipped:* ]]; then
    export DIEMCAU_SKIP_LIBREOFFICE=1
fi
run 'poppler for the tests' poppler
if [[ ${summary[-1]} == skipped:* ]]; then
    export DIEMCAU_SKIP_POPPLER=1
fi
run 'rust: tests' cargo test --locked
run 'rust: advisories' advisories
run 'server' cargo build --locked --profile "$PROFILE"
run 'browser tests: types' npm run check --silent --prefix tests/browser
run 'browser tests' browser_tests
run 'native client' python_tests tests/native/native_client.py
run 'server SDK, Python' python_tests tests/native/server_sdk.py
run 'server SDK, Node.js: types' npm run check --silent --prefix tests/server-sdk
run 'server SDK, Node.js' npm test --silent --prefix tests/server-sdk
