#!/usr/bin/env bash
# Stand-ins for base images, made of Debian packages and imported under their real names, so that no
# FROM line changes and nothing is pulled:
#
#   make-bases.sh [NAME…]    (default: python)
#
#   python     python:3.13-slim, python:3.13-slim-trixie    Debian trixie, CPython 3.13 in /usr/local, pip
#   debian     debian:trixie-slim, debian:13-slim
#   node       node:20, node:20-slim       node, npm, pnpm and yarn 1 in /usr/local/bin, user node (1000)
#   golang     golang:1.24                 go in /usr/local/go/bin, GOPATH=/go, git
#   rust       rust:1.85, rust:1.85-slim   cargo and rustc in /usr/local/cargo/bin, gcc
#   ruby       ruby:3.3, ruby:3.3-slim     ruby and bundler, BUNDLE_APP_CONFIG and GEM_HOME in /usr/local/bundle
#   composer   composer:2                  php 8.4 and composer, git, unzip
#   uv         ghcr.io/astral-sh/uv:0.13.9 the program of that version, from the package index
#   distroless gcr.io/distroless/{static,base,cc,python3}-debian13, each with the tags latest, nonroot, debug,
#              debug-nonroot: the Debian packages, users, entrypoint and variables that
#              transforms/distroless_runtime/facts.txt has of the real ones
#
# The tags are those of the versions that Debian trixie has. Into the stand-ins go the machine's apt
# sources, CA bundle and pip configuration, so that a build step reaches the registries that the
# machine reaches. Nothing of that goes into a Dockerfile.
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

has() { "$HERE/dk" image inspect "$1" >/dev/null 2>&1; }

python_base() {
  if [ ! -e "$SLIM/.ready" ]; then
    rm -rf "$SLIM"
    debian_root "$SLIM"
    python_in_usr_local "$SLIM"
    for config in /etc/pip.conf "$HOME/.config/pip/pip.conf"; do
      if [ -r "$config" ]; then cp -L "$config" "$SLIM/etc/pip.conf"; break; fi
    done
    touch "$SLIM/.ready"
  fi
  ! has python:3.13-slim || return 0
  local changes=(--change "ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
    --change "ENV PYTHON_VERSION=$(chroot "$SLIM" python3 -c 'import platform; print(platform.python_version())')"
    --change "ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"
    --change 'CMD ["python3"]')
  [ -z "${PIP_INDEX_URL:-}" ] || changes+=(--change "ENV PIP_INDEX_URL=$PIP_INDEX_URL")
  tar -C "$SLIM" --numeric-owner --exclude=./.ready -c . |
    "$HERE/dk" import "${changes[@]}" - python:3.13-slim >/dev/null
  "$HERE/dk" tag python:3.13-slim python:3.13-slim-trixie
}

debian_base() {
  ! has debian:trixie-slim || return 0
  local root=$LAB/bases/debian
  [ -e "$root/etc/debian_version" ] || { rm -rf "$root"; debian_root "$root.new"; mv "$root.new" "$root"; }
  tar -C "$root" --numeric-owner -c . | "$HERE/dk" import --change 'CMD ["bash"]' \
    --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' - debian:trixie-slim >/dev/null
  "$HERE/dk" tag debian:trixie-slim debian:13-slim
  rm -rf "$root"
}

# Builds a base on Debian's, from the Dockerfile on standard input.
on_debian() { # TAG…
  local tags=() tag
  for tag; do tags+=(--tag "$tag"); done
  "$HERE/dk" build --quiet --network=host "${tags[@]}" - >/dev/null
}
APT='apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends'

node_base() {
  ! has node:20 || return 0
  debian_base
  # npm as it is published: Debian's own brings hundreds of packages with it
  on_debian node:20 node:20-slim <<END
FROM debian:trixie-slim AS npm
RUN $APT npm
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
RUN npm install --global --prefix /usr/local npm@10 pnpm@9 yarn@1
FROM debian:trixie-slim
RUN $APT nodejs && rm -rf /var/lib/apt/lists/* && ln -s /usr/bin/node /usr/local/bin/node
COPY --from=npm /usr/local /usr/local
RUN groupadd --gid 1000 node && useradd --uid 1000 --gid node --shell /bin/bash --create-home node
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
CMD ["node"]
END
}

golang_base() {
  ! has golang:1.24 || return 0
  debian_base
  on_debian golang:1.24 <<END
FROM debian:trixie-slim
RUN $APT golang-go git && rm -rf /var/lib/apt/lists/* && ln -s /usr/lib/go-1.24 /usr/local/go
ENV GOTOOLCHAIN=local GOPATH=/go PATH=/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
RUN mkdir -p /go/src /go/bin && chmod -R 1777 /go
WORKDIR /go
CMD ["bash"]
END
}

rust_base() {
  ! has rust:1.85 || return 0
  debian_base
  on_debian rust:1.85 rust:1.85-slim <<END
FROM debian:trixie-slim
RUN $APT cargo gcc libc6-dev && rm -rf /var/lib/apt/lists/* \
 && mkdir -p /usr/local/cargo/bin && ln -s /usr/bin/cargo /usr/bin/rustc /usr/local/cargo/bin/
ENV CARGO_HOME=/usr/local/cargo PATH=/usr/local/cargo/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
CMD ["bash"]
END
}

ruby_base() {
  ! has ruby:3.3 || return 0
  debian_base
  on_debian ruby:3.3 ruby:3.3-slim <<END
FROM debian:trixie-slim
RUN $APT ruby bundler && rm -rf /var/lib/apt/lists/*
ENV GEM_HOME=/usr/local/bundle BUNDLE_SILENCE_ROOT_WARNING=1 BUNDLE_APP_CONFIG=/usr/local/bundle PATH=/usr/local/bundle/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
RUN mkdir -p /usr/local/bundle && chmod 1777 /usr/local/bundle
CMD ["irb"]
END
}

composer_base() {
  ! has composer:2 || return 0
  debian_base
  on_debian composer:2 <<END
FROM debian:trixie-slim
RUN $APT composer php-cli git unzip && rm -rf /var/lib/apt/lists/*
ENV COMPOSER_ALLOW_SUPERUSER=1 COMPOSER_HOME=/tmp
WORKDIR /app
CMD ["composer"]
END
}

UV=0.13.9
uv_base() {
  ! has "ghcr.io/astral-sh/uv:$UV" || return 0
  local folder=$LAB/bases/uv
  rm -rf "$folder"
  mkdir -p "$folder"
  python3 -m pip download --quiet --no-deps --only-binary=:all: --dest "$folder" "uv==$UV"
  python3 -m zipfile -e "$folder"/uv-*.whl "$folder/unpacked"
  install -m 755 "$folder"/unpacked/uv-*.data/scripts/uv* "$folder"
  tar -C "$folder" --numeric-owner -c uv uvx | "$HERE/dk" import - "ghcr.io/astral-sh/uv:$UV" >/dev/null
  rm -rf "$folder"
}

FACTS=$HERE/../../transforms/distroless_runtime/facts.txt
fact() { # IMAGE KEY
  awk -v image="[$1]" -v key="$2: " '/^\[/ { mine = $0 == image } mine && index($0, key) == 1 { print substr($0, length(key) + 1) }' "$FACTS"
}
# What an image has under a key, those that it adds to first.
facts() { # IMAGE KEY
  local below
  below=$(fact "$1" below)
  [ "$below" = scratch ] || facts "$below" "$2"
  fact "$1" "$2" | grep -vx -e - || true
}

distroless_base() {
  # made anew when their facts or this function change
  local made=$LAB/bases/distroless.made now
  now=$({ declare -f distroless_base; cat "$FACTS"; } | cksum)
  if has gcr.io/distroless/python3-debian13:debug-nonroot && [ "$(cat "$made" 2>/dev/null)" = "$now" ]; then return 0; fi
  debian_base
  local image user mode tag entrypoint
  for image in static base cc python3; do
    for mode in '' debug; do
      entrypoint=$(facts $image entrypoint | tail -1)
      [ "$mode$entrypoint" != 'debug[]' ] || entrypoint='["/busybox/sh"]'
      for user in 0:/ 65532:/home/nonroot; do
        tag=$mode
        [ "$user" = 0:/ ] || tag=${tag:+$tag-}nonroot
        on_debian "gcr.io/distroless/$image-debian13:${tag:-latest}" <<END
FROM debian:trixie-slim AS unpacked
RUN apt-get update -qq && mkdir /debs && cd /debs \\
 && apt-get download -qq busybox-static $(facts python3 packages | tr '\n' ' ') 2>/dev/null
WORKDIR /image
RUN mkdir -p var/lib/dpkg/status.d && for package in base-files $(facts $image packages | tr '\n' ' '); do \\
 dpkg-deb -x /debs/\${package}_*.deb . && dpkg-deb -f /debs/\${package}_*.deb > var/lib/dpkg/status.d/\$package || exit 1; done \\
 && mkdir -p etc/ssl/certs root home/nonroot tmp && chmod 1777 tmp && chmod 700 root home/nonroot && chown 65532:65532 home/nonroot \\
 && cp /etc/ssl/certs/ca-certificates.crt etc/ssl/certs/ \\
 && printf 'root:x:0:0:root:/root:/sbin/nologin\\nnobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin\\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\\n' > etc/passwd \\
 && printf 'root:x:0:\\nnobody:x:65534:\\ntty:x:5:\\nstaff:x:50:\\nnonroot:x:65532:\\n' > etc/group \\
 && printf 'hosts: files dns\\n' > etc/nsswitch.conf \\
 && if [ -e usr/bin/python3.13 ]; then ln -s python3.13 usr/bin/python3; ln -s python3.13 usr/bin/python; ldconfig -r .; fi \\
 && if [ -n "$mode" ]; then dpkg-deb -x /debs/busybox-static_*.deb /busybox.deb && mkdir busybox && cp /busybox.deb/usr/bin/busybox busybox/ \\
 && for applet in \$(busybox/busybox --list); do [ \$applet = busybox ] || ln -s busybox busybox/\$applet; done; fi
FROM scratch
COPY --from=unpacked /image /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin${mode:+:/busybox}
$(facts $image env | tr ' ' '\n' | sed 's/^/ENV /')
USER ${user%%:*}
WORKDIR ${user#*:}
ENTRYPOINT $entrypoint
END
      done
    done
  done
  echo "$now" >"$made"
}

[ $# -gt 0 ] || set -- python
for name; do
  case $name in
    python | debian | node | golang | rust | ruby | composer | uv | distroless) "${name}_base" ;;
    *) echo "make-bases.sh: no base called $name (see the top of the file)" >&2; exit 2 ;;
  esac
done
