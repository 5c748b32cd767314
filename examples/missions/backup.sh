#!/bin/sh
# Packs a folder, or one input file, into the output file `backup`, a compressed tar archive.
#
# Input {"directory": "/srv/photos"} names the folder; without it the input file `source` is packed.
# By hand: examples/missions/backup.sh --input='{"directory": "examples"}' leaves out/backup.
set -u

fail() { # reason, message, details as a JSON object
  details=${3:-}
  text=$(printf '%s' "$2" | tr -d '\000-\037' | sed 's/[\\"]/\\&/g')
  printf '{"event":"fail","message":"%s","reason":"%s","details":%s,"exit_code":1}\n' "$text" "$1" "${details:-null}" >&3
  exit 1
}

# The string at a key of the input. Without a JSON parser, a string with a backslash in it is not understood.
input_text() {
  printf '%s' "$input" | sed -n 's/.*"'"$1"'"[[:space:]]*:[[:space:]]*"\([^"\\]*\)".*/\1/p'
}

if [ -n "${LETTS_MISSION_ID:-}" ]; then
  input=$(cat)
  out=$LETTS_WORKDIR/out
  tmp=$LETTS_TMPDIR
  file=${LETTS_IN_source:-}
else
  exec 3>&2 # no dugdale: the lines go to the terminal
  input='{}'
  for argument in "$@"; do
    case $argument in
      --input=*) input=${argument#--input=}; break ;;
      --input-file=-) input=$(cat); break ;;
      --input-file=*) input=$(cat "${argument#--input-file=}") || exit 1; break ;;
    esac
  done
  out=$PWD/out
  tmp=$(mktemp -d) || exit 1
  trap 'rm -rf "$tmp"' EXIT
  mkdir -p "$out"
  file=$(input_text source)
fi
trap 'fail interrupted "stopped by a signal"' TERM INT

source=$(input_text directory)
[ -n "$source" ] || source=$file
[ -n "$source" ] || fail invalid_input 'give a "directory" in the input, or the input file "source"'
[ -e "$source" ] || fail not_found "$source does not exist"

files=$(find "$source" | wc -l | tr -d ' ')
printf '{"event":"progress","value":0,"message":"%s entries to pack"}\n' "$files" >&3

# tar names each entry as it packs it; every full percent becomes one report.
{
  tar -C "$(dirname -- "$source")" -czvf "$out/backup" -- "$(basename -- "$source")" 2>"$tmp/errors"
  echo $? >"$tmp/status"
} | awk -v files="$files" '
  { percent = int(100 * NR / files); if (percent > 100) percent = 100 }
  percent > said {
    said = percent
    printf "{\"event\":\"progress\",\"value\":%.2f,\"message\":\"%d of %d entries\"}\n", percent / 100, NR, files
    fflush()
  }' >&3

status=$(cat "$tmp/status")
cat "$tmp/errors" >&2
# 1 means that a file changed while it was read, which a backup of living data has to bear.
[ "$status" -le 1 ] || fail tar_failed "$(tail -n 1 "$tmp/errors")" "{\"status\":$status}"

bytes=$(wc -c <"$out/backup" | tr -d ' ')
changed=$([ "$status" -eq 1 ] && echo true || echo false)
printf '{"event":"output_file","key":"backup"}\n' >&3
printf '{"event":"success","return":{"entries":%s,"bytes":%s,"changed_while_read":%s}}\n' "$files" "$bytes" "$changed" >&3
