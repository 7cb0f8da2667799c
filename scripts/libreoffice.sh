#!/usr/bin/env bash
# Sees to it that there is a LibreOffice for the tests, which read papers back by it; installs it where this may be done.
set -euo pipefail

# What opens sheets and what opens documents are packages of their own.
found() {
    command -v soffice >/dev/null || return 1
    local programs
    programs=$(dirname "$(readlink -f "$(command -v soffice)")")
    [ -e "$programs/libsclo.so" ] && [ -e "$programs/libswlo.so" ]
}
found && exit 0

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo 'Installing LibreOffice.'
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq &&
        apt-get install -y -qq --no-install-recommends libreoffice-calc-nogui libreoffice-writer-nogui && found && exit 0
fi
echo 'No LibreOffice: install it (apt-get install libreoffice-calc-nogui libreoffice-writer-nogui).' >&2
exit 1
