#!/usr/bin/env bash
# Sees to it that there is a Firefox for the browser tests; installs it where this may be done.
set -euo pipefail

if [ -n "${FIREFOX:-}" ]; then
    [ -x "$FIREFOX" ] && exit 0
    echo "FIREFOX is set to $FIREFOX, which is no program." >&2
    exit 1
fi
found() {
    command -v firefox-esr || command -v firefox
}
found >/dev/null && exit 0

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo 'Installing Firefox.'
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq && apt-get install -y -qq --no-install-recommends firefox-esr && found >/dev/null && exit 0
fi
echo 'No Firefox: install the package firefox-esr (apt-get install firefox-esr), or set FIREFOX to its path.' >&2
exit 1
