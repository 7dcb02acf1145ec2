#!/usr/bin/env bash
# A current Docker engine (dockerd, BuildKit, buildx) beside the machine's own packages: a Debian
# root made from the archive apt is set up for, with dockerd in a mount namespace of its own.
#
#   install-engine.sh {all|install|start|stop|status|purge}
#
# LAB is its folder, SUITE the Debian release to take the engine from (default: trixie).
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/host.sh"
SUITE=${SUITE:-trixie}
ROOT=$LAB/engine/$SUITE
DATA=$LAB/engine/data-$SUITE
PID=$LAB/engine/dockerd.pid
export DEBIAN_FRONTEND=noninteractive

install_engine() {
  [ ! -e "$ROOT/.ready" ] || return 0
  command -v mmdebstrap >/dev/null || {
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends mmdebstrap >/dev/null
  }
  rm -rf "$ROOT"
  mkdir -p "$LAB/engine"
  mmdebstrap --quiet --variant=apt --keyring="$KEYRING" \
    --include=docker.io,docker-cli,docker-buildx,ca-certificates,iptables,xz-utils,mount \
    --aptopt='APT::Install-Recommends "false"' \
    --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='Acquire::Check-Date "false"' \
    "$SUITE" "$ROOT" "deb $(debian_archive) $SUITE main"
  touch "$ROOT/.ready"
}

start_engine() {
  ! engine_pid >/dev/null || return 0
  mkdir -p "$DATA" "$ROOT/var/lib/docker"
  cp -L /etc/resolv.conf /etc/hosts "$ROOT/etc/"
  rm -f "$ROOT/var/run/docker.pid" "$ROOT/run/docker.pid" "$ROOT/run/docker/containerd/containerd.pid"
  # no inherited descriptors: a lock that the caller holds must not live on in the daemon
  # shellcheck disable=SC2016  # the variables are the inner shell's
  setsid unshare --mount --propagation private bash -c '
    set -e
    root=$1 lab=$2 data=$3 pid=$4
    for fd in /proc/$$/fd/*; do fd=${fd##*/}; [ "$fd" -le 2 ] || eval "exec $fd>&-"; done
    echo $$ > "$pid"
    mount --bind "$root" "$root"
    for fs in proc sys dev; do mount --rbind "/$fs" "$root/$fs"; done
    mount -t tmpfs tmpfs "$root/tmp"
    mkdir -p "$root$lab"; mount --bind "$lab" "$root$lab"
    mount --bind "$data" "$root/var/lib/docker"
    # a true pivot: with a mere chroot `docker exec` and HEALTHCHECK would run in the old root
    mkdir -p "$root/.old"; cd "$root"; pivot_root . .old; cd /; /usr/bin/umount -l /.old
    exec /usr/sbin/dockerd --host unix:///run/docker.sock --bridge=none --iptables=false \
      --ip6tables=false --ip-forward=false --exec-opt native.cgroupdriver=cgroupfs --storage-driver=overlay2
  ' _ "$ROOT" "$LAB" "$DATA" "$PID" >"$LAB/engine/dockerd.log" 2>&1 </dev/null &
  local started=$!
  for _ in $(seq 150); do
    "$HERE/dk" version >/dev/null 2>&1 && return 0
    kill -0 "$started" 2>/dev/null || break
    sleep 0.2
  done
  echo "install-engine.sh: the engine did not start; the end of its log:" >&2
  tail -20 "$LAB/engine/dockerd.log" >&2
  kill "$started" 2>/dev/null || true
  rm -f "$PID"
  return 1
}

stop_engine() {
  local pid
  if pid=$(engine_pid); then
    kill "$pid"
    for _ in $(seq 150); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
  fi
  rm -f "$PID"
}

purge() {
  stop_engine
  # mounts below it exist only in the engine's own namespace, which is gone with it
  rm -rf --one-file-system "${LAB:?}"
}

case "${1:-all}" in
  all) install_engine; start_engine ;;
  install) install_engine ;;
  start) start_engine ;;
  stop) stop_engine ;;
  status) "$HERE/dk" version --format 'client {{.Client.Version}}, server {{.Server.Version}}'; "$HERE/dk" buildx version ;;
  purge) purge ;;
  *) echo "usage: install-engine.sh {all|install|start|stop|status|purge}" >&2; exit 2 ;;
esac
