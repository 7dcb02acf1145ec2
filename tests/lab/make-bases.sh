#!/usr/bin/env bash
# A stand-in for the base image that the example names, made of Debian packages and imported under
# its real name, so that no FROM line changes and nothing is pulled:
#
#   python:3.13-slim, python:3.13-slim-trixie    Debian trixie, CPython 3.13 in /usr/local, pip
#
# Into the stand-in go the machine's apt sources, CA bundle and pip configuration, so that a build
# step reaches the registries that the machine reaches. Nothing of that goes into a Dockerfile.
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/host.sh"
export DEBIAN_FRONTEND=noninteractive
SLIM=$LAB/bases/slim
mkdir -p "$LAB/bases"

# What debian:trixie-slim holds, and the libraries that the official image adds for the interpreter.
debian_root() { # DIR
  local archive security sources
  archive=$(debian_archive); security=$(debian_security)
  sources=("deb $archive trixie main" "deb $archive trixie-updates main")
  [ -z "$security" ] || sources+=("deb $security trixie-security main")
  mmdebstrap --quiet --variant=minbase --keyring="$KEYRING" \
    --include=ca-certificates,netbase,tzdata,libbz2-1.0,libffi8,liblzma5,libncursesw6,libreadline8t64,libsqlite3-0,libssl3t64,libuuid1,zlib1g,libdb5.3t64,libgdbm6t64,libexpat1 \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/info/*' --dpkgopt='path-exclude=/usr/share/lintian/*' \
    --aptopt='Acquire::Check-Valid-Until "false"' --aptopt='Acquire::Check-Date "false"' \
    trixie "$1" "${sources[@]}"
  cp -L /etc/ssl/certs/ca-certificates.crt "$1/etc/ssl/certs/ca-certificates.crt"
  # Debian's container images empty apt's archive cache after each install
  local clean='rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true'
  printf '%s\n' "DPkg::Post-Invoke { \"$clean\"; };" "APT::Update::Post-Invoke { \"$clean\"; };" \
    'Dir::Cache::pkgcache "";' 'Dir::Cache::srcpkgcache "";' >"$1/etc/apt/apt.conf.d/docker-clean"
  echo 'Acquire::GzipIndexes "true";' >"$1/etc/apt/apt.conf.d/docker-gzip-indexes"
  echo 'Acquire::Languages "none";' >"$1/etc/apt/apt.conf.d/docker-no-languages"
}

# Debian's CPython, moved to where the official image has it, with that image's install scheme.
python_in_usr_local() { # DIR
  local root=$1 lib=$1/usr/local/lib/python3.13 debs=$LAB/bases/debs unpacked=$LAB/bases/unpacked
  rm -rf "$debs" "$unpacked"
  mkdir -p "$root/debs" "$unpacked" "$root/usr/local/bin"
  cp -L /etc/resolv.conf "$root/etc/resolv.conf"
  chroot "$root" sh -ec 'apt-get update -qq; cd /debs
    apt-get download -qq python3.13-minimal libpython3.13-minimal libpython3.13-stdlib python3.13-venv python3-pip-whl 2>/dev/null
    rm -rf /var/lib/apt/lists/*'
  : >"$root/etc/resolv.conf"
  mv "$root/debs" "$debs"
  for deb in "$debs"/*.deb; do dpkg-deb -x "$deb" "$unpacked"; done
  cp "$unpacked/usr/bin/python3.13" "$root/usr/local/bin/"
  cp -a "$unpacked/usr/lib/python3.13" "$root/usr/local/lib/"
  for name in python3 python; do ln -sf python3.13 "$root/usr/local/bin/$name"; done
  sed -i "s/prefix_scheme = 'posix_local'/prefix_scheme = 'posix_prefix'/" "$lib/sysconfig/__init__.py"
  # Debian's site module is frozen into the binary and knows dist-packages only
  rm -f "$lib/sitecustomize.py" "$lib/EXTERNALLY-MANAGED"
  printf 'import sys\nif sys.prefix == "/usr/local":\n    import site\n    site.addsitedir("/usr/local/lib/python3.13/site-packages")\n' >"$lib/sitecustomize.py"
  mkdir -p "$lib/site-packages"
  cp "$unpacked"/usr/share/python-wheels/pip-*.whl "$root/tmp/"
  # shellcheck disable=SC2016  # the inner shell's
  chroot "$root" sh -ec 'cd /tmp; export PYTHONDONTWRITEBYTECODE=1
    PYTHONPATH=$(ls pip-*.whl) python -m pip install -q --no-compile --no-index --root-user-action=ignore pip-*.whl
    rm -f pip-*.whl'
  # as the official image: no tests, no bytecode
  find "$root/usr/local" -depth \( \( -type d \( -name test -o -name tests -o -name idle_test \) \) -o \
    \( -type f \( -name '*.pyc' -o -name '*.pyo' \) \) \) -exec rm -rf {} +
  rm -rf "$debs" "$unpacked"
}

if [ ! -e "$SLIM/.ready" ]; then
  rm -rf "$SLIM"
  debian_root "$SLIM"
  python_in_usr_local "$SLIM"
  for config in /etc/pip.conf "$HOME/.config/pip/pip.conf"; do
    if [ -r "$config" ]; then cp -L "$config" "$SLIM/etc/pip.conf"; break; fi
  done
  touch "$SLIM/.ready"
fi
if ! "$HERE/dk" image inspect python:3.13-slim >/dev/null 2>&1; then
  changes=(--change "ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
    --change "ENV PYTHON_VERSION=$(chroot "$SLIM" python3 -c 'import platform; print(platform.python_version())')"
    --change "ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"
    --change 'CMD ["python3"]')
  [ -z "${PIP_INDEX_URL:-}" ] || changes+=(--change "ENV PIP_INDEX_URL=$PIP_INDEX_URL")
  tar -C "$SLIM" --numeric-owner --exclude=./.ready -c . |
    "$HERE/dk" import "${changes[@]}" - python:3.13-slim >/dev/null
  "$HERE/dk" tag python:3.13-slim python:3.13-slim-trixie
fi
