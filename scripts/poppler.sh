#!/usr/bin/env bash
# Sees to it that the tests can read PDFs back, by poppler's programs; installs them where this may be done.
set -euo pipefail

found() {
    command -v pdftotext >/dev/null && command -v pdftoppm >/dev/null
}
found && exit 0

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo 'Installing poppler.'
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq && apt-get install -y -qq --no-install-recommends poppler-utils && found && exit 0
fi
echo 'No poppler: install the package poppler-utils (apt-get install poppler-utils).' >&2
exit 1
