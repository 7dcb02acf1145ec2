# shellcheck shell=bash
# Sourced by the other scripts: where the laboratory lives, and what it takes from this machine.

LAB=${LAB:-${TMPDIR:-/tmp}/dockfit-lab}
export LAB
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# The archives this machine's apt is set up for, one URI a line. None is named anywhere in the project.
apt_uris() {
  {
    cat /etc/apt/sources.list.d/*.sources 2>/dev/null | sed -nE 's/^URIs: *([^ ]+).*/\1/p'
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
      sed -nE 's/^deb +(\[[^]]*\] +)?([^ ]+).*/\2/p'
    true # either kind of file may be missing
  } | awk '!seen[$0]++'
}
debian_archive() { apt_uris | sed '/security/d' | sed -n 1p; }
debian_security() { apt_uris | sed -n '/security/p' | sed -n 1p; }

# The process id of the laboratory's engine, or failure: a file left by an engine that is long gone may
# name some other process by now.
engine_pid() {
  local pid
  pid=$(cat "$LAB/engine/dockerd.pid" 2>/dev/null) && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = dockerd ] && echo "$pid"
}

# Prints why this machine cannot run the laboratory, and nothing if it can.
why_not() {
  [ "$(id -u)" = 0 ] || { echo "not root: an engine needs mount namespaces and control groups"; return; }
  [ -r "$KEYRING" ] && [ -n "$(debian_archive)" ] ||
    { echo "no Debian archive configured: the engine and the base images are made from Debian packages"; return; }
  local missing=
  for tool in unshare nsenter pivot_root curl flock dpkg-deb; do
    command -v "$tool" >/dev/null || missing="$missing $tool"
  done
  [ -z "$missing" ] || { echo "not installed:$missing"; return; }
  unshare --mount --propagation private sh -c 'mount -t tmpfs tmpfs /mnt' 2>/dev/null ||
    { echo "no mount namespaces: this is probably a container without privileges"; return; }
  grep -qw overlay /proc/filesystems || modprobe overlay 2>/dev/null ||
    { echo "the kernel has no overlay file system"; return; }
}
