#!/usr/bin/env bash
# Sees to it that there is a PostgreSQL for the tests, which start and end their own; installs it where this may be done.
set -euo pipefail

found() {
    [ -n "${DIEMCAU_POSTGRES_BIN:-}" ] && [ -x "$DIEMCAU_POSTGRES_BIN/initdb" ] && return 0
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null
}
found && exit 0

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo 'Installing PostgreSQL.'
    # The package alone: no cluster of its own, so that none is started on this machine.
    mkdir -p /etc/postgresql-common/createcluster.d
    echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/diemcau.conf
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql && found && exit 0
fi
echo 'No PostgreSQL: install it (apt-get install postgresql), or set DIEMCAU_POSTGRES_BIN to the folder of its programs.' >&2
exit 1
