#!/usr/bin/env bash
# Sees to it that there is a Chromium for the browser tests; installs it where this may be done.
set -euo pipefail

if [ -n "${CHROMIUM:-}" ]; then
    [ -x "$CHROMIUM" ] && exit 0
    echo "CHROMIUM is set to $CHROMIUM, which is no program." >&2
    exit 1
fi
found() {
    command -v chromium || command -v chromium-browser || command -v google-chrome || command -v google-chrome-stable
}
found >/dev/null && exit 0

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo 'Installing Chromium.'
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium && found >/dev/null && exit 0
fi
echo 'No Chromium: install the package chromium (apt-get install chromium), or set CHROMIUM to its path.' >&2
exit 1
