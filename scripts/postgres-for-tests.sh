#!/usr/bin/env bash
# Runs a PostgreSQL in a temporary folder for as long as the standard input is open. Says the folder, in which its socket
# is, once it takes connections. A line `stop` ends it without a word to anybody, and a line `start` brings it back; `freeze`
# has it answer nothing any more, until `thaw`. Each is answered by itself once it is done. PostgreSQL refuses to be root, so root runs it as the user nobody.
set -euo pipefail

if [ "$(id -u)" -eq 0 ]; then
    # As a text: the user nobody may not be able to read this file.
    text=$(<"$0")
    cd /
    exec setpriv --reuid=nobody --regid=nogroup --clear-groups -- bash -c "$text" "$0"
fi

bin=${DIEMCAU_POSTGRES_BIN:-$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort --version-sort | tail -n 1)}
if [ -n "$bin" ]; then
    PATH=$bin:$PATH
fi
cd /
folder=$(mktemp -d "${TMPDIR:-/tmp}/diemcau-postgres.XXXXXX")
server=
stop() {
    if [ -n "$server" ]; then
        thaw 2>/dev/null || true
        kill -QUIT "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
        server=
    fi
}
# A signal for the server and all of its processes, the first one first, so that it makes no more of them.
signal() {
    kill "-$1" "$server"
    local children
    read -ra children <<<"$(<"/proc/$server/task/$server/children")"
    kill "-$1" "${children[@]}"
}
freeze() {
    signal STOP
}
thaw() {
    signal CONT
}
start() {
    # What is written need not outlive the machine here, only the processes.
    postgres -D "$folder/data" -k "$folder" -c listen_addresses= -c fsync=off -c full_page_writes=off \
        -c max_connections=400 -c shared_buffers=32MB >>"$folder/log" 2>&1 &
    server=$!
    until pg_isready --quiet --host "$folder"; do
        kill -0 "$server" || { cat "$folder/log" >&2; exit 1; }
        sleep 0.05
    done
}
finish() {
    stop
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

initdb --pgdata "$folder/data" --username diemcau --auth trust --encoding UTF8 --locale C.UTF-8 --no-sync >"$folder/log"
start
echo "$folder"
while read -r word; do
    case $word in
        stop | start | freeze | thaw) "$word" && echo "$word" ;;
    esac
done
