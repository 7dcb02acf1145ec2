# shellcheck shell=bash
# Sourced: the laboratory's engine for a client outside of it, as any user of Docker has one.
VERIFY=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
REPOSITORY=$(cd "$VERIFY/../.." && pwd)
. "$REPOSITORY/tests/lab/host.sh"

say() { echo "[verify] $*"; }
failures=0 started='' own='' SCRATCH=''
# From the start: what is skipped behind an engine's start ends that engine, too.
trap '[ -z "$SCRATCH" ] || rm -rf "$SCRATCH"; [ -z "$started" ] || "$REPOSITORY/tests/lab/install-engine.sh" stop' EXIT
fail() { say "FAILED: $*"; failures=$((failures + 1)); }
skip() {
  say "SKIPPED, this machine cannot run an engine: $*"
  [ "$failures" = 0 ] || exit 1
  exit 77
}

# An engine that answers already is taken, unless LABORATORY asks for the laboratory's; that is started, and these bases made.
engine() { # [NAME…]
  [ -n "${LABORATORY:-}" ] || ! docker info >/dev/null 2>&1 || return 0
  own=1
  local reason root
  reason=$(why_not)
  [ -z "$reason" ] || skip "$reason"
  engine_pid >/dev/null || started=1
  "$REPOSITORY/tests/lab/install-engine.sh" all >/dev/null || skip "the engine does not start"
  bases "$@"
  root=$LAB/engine/${SUITE:-trixie}
  mkdir -p "$LAB/docker-config/cli-plugins"
  cp -f "$root/usr/libexec/docker/cli-plugins/docker-buildx" "$LAB/docker-config/cli-plugins/"
  export DOCKER_HOST=unix://$root/run/docker.sock DOCKER_CONFIG=$LAB/docker-config
  command -v docker >/dev/null || export PATH=$root/usr/bin:$PATH
  docker info >/dev/null 2>&1 || skip "no docker client reaches it"
}

# Stand-ins for these base images, where the engine is the laboratory's; another one pulls them.
bases() { # [NAME…]
  [ -z "$own" ] || "$REPOSITORY/tests/lab/make-bases.sh" "$@" >/dev/null || skip "the base images cannot be made: $*"
}

# Of names such as dockfitXYZ-PID-before those whose process has ended: another run may be at work beside this one.
orphans() {
  local name pid
  while IFS= read -r name; do
    pid=${name#*-} pid=${pid%%-*}
    [ -e "/proc/$pid" ] || echo "$name"
  done < <(grep '^dockfit' || true)
}

# What dockfit made and did not remove: containers, images, folders.
left() {
  docker ps --all --format '{{.Names}}' | orphans
  docker images --format '{{.Repository}}' | orphans
  docker volume ls --quiet --filter dangling=true | comm -13 "$SCRATCH/volumes" - || true
  # cache mounts of a bench's own
  docker buildx du --verbose --filter type=exec.cachemount 2>/dev/null | sed -nE 's|.* with id "/(dockfit[^"/]*).*|\1|p' | orphans
  ls "$SCRATCH/tmp"
}

# The command, built; its folders go where they can be counted.
command_of_project() {
  [ -n "${DOCKFIT:-}" ] || { cargo build --quiet --manifest-path "$REPOSITORY/Cargo.toml"; DOCKFIT=${CARGO_TARGET_DIR:-$REPOSITORY/target}/debug/dockfit; }
  SCRATCH=$(mktemp -d)
  mkdir "$SCRATCH/tmp"
  docker volume ls --quiet --filter dangling=true >"$SCRATCH/volumes"
}

# What differs from a registry's world; see tests/lab/README.md.
verify() { TMPDIR=$SCRATCH/tmp "$DOCKFIT" verify --frontend builtin --network host --run-network none "$@"; }
bench() { TMPDIR=$SCRATCH/tmp "$DOCKFIT" bench --frontend builtin --network host --run-network none "$@"; }
