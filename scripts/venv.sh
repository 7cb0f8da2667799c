#!/usr/bin/env bash
# Sees to it that there is a Python environment with what the native client and the server SDK need, in $DIEMCAU_VENV.
set -euo pipefail
cd "$(dirname "$0")/.."

requirements=tests/native/requirements.txt
stamp=$DIEMCAU_VENV/installed
if [ -e "$stamp" ] && cmp -s "$requirements" "$stamp"; then
    exit 0
fi
if ! command -v python3 >/dev/null; then
    echo 'No python3: install Python 3.9 or newer (apt-get install python3 python3-venv).' >&2
    exit 1
fi
if ! python3 -m venv --clear "$DIEMCAU_VENV"; then
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        echo 'Python cannot make an environment: install its package (apt-get install python3-venv).' >&2
        exit 1
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv
    python3 -m venv --clear "$DIEMCAU_VENV"
fi
"$DIEMCAU_VENV/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements"
cp "$requirements" "$stamp"
