#!/usr/bin/env bash
# Projects of many kinds, rewritten with every pass, built, compared and started: `dockfit verify --all`.
# Exit: 0 each holds; 1 one does not; 77 no engine can run here.
#
#   projects.sh [NAME…]     those of `projects/`, `app`, and the examples `backend` and `gunicorn`
set -euo pipefail
. "$(dirname "$0")/lab.sh"
names=("$@")
[ "${#names[@]}" -gt 0 ] || mapfile -t names < <(printf '%s\n' app backend gunicorn; ls "$VERIFY/projects")
engine python distroless
command_of_project

# The folder, what it is built on, and how it is rewritten. The examples keep what --all drops of their packages.
for name in "${names[@]}"; do
  folder=$VERIFY/projects/$name needs=() options=(--all)
  case $name in
    app) folder=$VERIFY/app ;;
    backend) folder=$REPOSITORY/examples/fastapi-backend options=(--unsafe --stop-within 3) ;;
    gunicorn) folder=$REPOSITORY/examples/gunicorn-backend options=(--unsafe --service none --env DATABASE_URL=sqlite:////tmp/prices.db --stop-within 3) ;;
    uv) needs=(uv) ;;
    # By pip's name for the index: its own interface is not there where a mirror answers in its place.
    poetry)
      index=$(python3 -c 'from pip._internal.models.index import PyPI; print(PyPI.simple_url)')
      options+=(--build-arg "POETRY_PYPI_MIRROR_URL=$index" --build-arg REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt)
      ;;
    npm | pnpm) needs=(node) ;;
    go) needs=(golang debian) ;;
    cargo) needs=(rust debian) ;;
  esac
  [ "${#needs[@]}" = 0 ] || bases "${needs[@]}"
  began=$SECONDS status=0
  verify --ready-within 300 "${options[@]}" "$folder" >"$SCRATCH/$name.log" 2>&1 || status=$?
  if [ "$status" = 0 ] && grep -q ', and start' "$SCRATCH/$name.log"; then
    say "$name: holds, $((SECONDS - began)) s"
    [ -z "${SHOW:-}" ] || sed 's/^/    /' "$SCRATCH/$name.log"
  else
    fail "$name: exit status $status"
    sed 's/^/    /' "$SCRATCH/$name.log"
  fi
done
remains=$(left)
[ -z "$remains" ] || fail "left behind: $remains"
[ "$failures" = 0 ] || exit 1
say "every project holds"
