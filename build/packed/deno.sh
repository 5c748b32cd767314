#!/bin/sh
# Deno, as letts carries it. A script that no deno.json or package.json speaks for finds "@letts/letts/mission" here.
at=${0%/*}/..

plain() { exec "$at/deno" "$@"; }

[ "${1-}" = run ] || plain "$@"
for script; do
  case $script in
  --config* | --import-map* | -c*) plain "$@" ;;
  run | -*) ;;
  *) break ;;
  esac
done
case $script in */*) folder=${script%/*}/ ;; *) folder=. ;; esac
folder=$(cd "$folder" 2>/dev/null && pwd -P) || plain "$@"
while :; do
  for file in deno.json deno.jsonc package.json; do
    [ ! -e "$folder/$file" ] || plain "$@"
  done
  [ -n "$folder" ] || break
  folder=${folder%/*}
done
shift
exec "$at/deno" run "--import-map=$at/import_map.json" "$@"
