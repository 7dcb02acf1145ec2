#!/usr/bin/env bash
# An audit's snippets, pasted as they stand, each into a copy of `app`: `dockfit verify --against` catches every one that
# breaks, and says what breaks. Exit: 0 all were caught; 1 one was not; 77 no engine can run here.
#
#   snippets.sh [NAME…]
set -euo pipefail
. "$(dirname "$0")/lab.sh"
engine
command_of_project
names=("$@")
[ "${#names[@]}" -gt 0 ] || mapfile -t names < <(ls "$VERIFY/snippets")
for name in "${names[@]}"; do
  snippet=$VERIFY/snippets/$name copy=$SCRATCH/$name
  base=$(sed -nE 's/^FROM (gcr[^ ]*).*/\1/p' "$snippet/Dockerfile")
  if [ -n "$base" ] && ! docker image inspect "$base" >/dev/null 2>&1; then
    say "$name: skipped, there is no $base here"
    continue
  fi
  cp -r "$VERIFY/app" "$copy"
  cp "$snippet/Dockerfile" "$copy/Dockerfile"
  status=0
  verify --stop-within 3 --ready-within 60 --verbose --against "$copy" "$VERIFY/app" >"$SCRATCH/$name.log" 2>&1 || status=$?
  [ "$status" = 1 ] || [ "$status" = 2 ] || fail "$name: exit status $status, not 1 or 2"
  missing=
  while IFS= read -r line; do
    grep -qF -- "$line" "$SCRATCH/$name.log" || { fail "$name: this is not said: $line"; missing=1; }
  done <"$snippet/expected"
  [ -z "$missing" ] || sed 's/^/    /' "$SCRATCH/$name.log"
  remains=$(left)
  [ -z "$remains" ] || fail "$name: left behind: $remains"
  [ -n "$missing" ] || say "$name: caught, status $status"
done
[ "$failures" = 0 ] || exit 1
say "every snippet was caught"
