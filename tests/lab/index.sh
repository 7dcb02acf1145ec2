#!/usr/bin/env bash
# The package index of tests/lab/index.py for builds in the laboratory, and the stand-in for python that uses it.
#
#   index.sh start [--mbit N]    serve it at $PORT (8099), and have python:3.13-slim ask it
#   index.sh stop                the other way round; what it kept stays in $LAB
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/host.sh"
PORT=${PORT:-8099}
PID=$LAB/index.pid
TAGS=(python:3.13-slim python:3.13-slim-trixie)
OWN=lab/python:plain

running() { local pid; pid=$(cat "$PID" 2>/dev/null) && grep -qs index.py "/proc/$pid/cmdline" && echo "$pid"; }
answers() { [ "$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$PORT/simple/pip/")" = 200 ]; }

case "${1:-}" in
  start)
    shift
    if ! running >/dev/null; then
      # no inherited descriptors: a lock that the caller holds must not live on in the server
      # shellcheck disable=SC2016  # the variables are the inner shell's
      setsid bash -c '
        for fd in /proc/$$/fd/*; do fd=${fd##*/}; [ "$fd" -le 2 ] || eval "exec $fd>&-"; done
        echo $$ >"$1"; shift
        exec python3 "$@"
      ' _ "$PID" "$HERE/index.py" "$LAB/index" "$PORT" "$@" >"$LAB/index.log" 2>&1 </dev/null &
      for _ in $(seq 50); do ! running >/dev/null || break; sleep 0.1; done
    fi
    for _ in $(seq 150); do ! answers || break; running >/dev/null || break; sleep 0.2; done
    answers || { echo "index.sh: it does not answer; the end of its log:" >&2; tail -5 "$LAB/index.log" >&2; exit 1; }
    "$HERE/make-bases.sh" python
    "$HERE/dk" image inspect "$OWN" >/dev/null 2>&1 || "$HERE/dk" tag "${TAGS[0]}" "$OWN"
    # pip and uv take localhost without TLS.
    "$HERE/dk" build --quiet --network=host --tag "${TAGS[0]}" --tag "${TAGS[1]}" - >/dev/null <<END
FROM $OWN
RUN printf '[global]\nindex-url = http://127.0.0.1:$PORT/simple\n' > /etc/pip.conf \\
 && mkdir -p /etc/uv && printf '[[index]]\nurl = "http://127.0.0.1:$PORT/simple"\ndefault = true\n' > /etc/uv/uv.toml
END
    ;;
  stop)
    if pid=$(running); then kill "$pid"; fi
    rm -f "$PID"
    if "$HERE/dk" image inspect "$OWN" >/dev/null 2>&1; then
      for tag in "${TAGS[@]}"; do "$HERE/dk" tag "$OWN" "$tag"; done
      "$HERE/dk" image rm "$OWN" >/dev/null
    fi
    ;;
  *) echo "usage: index.sh {start [--mbit N]|stop}" >&2; exit 2 ;;
esac
