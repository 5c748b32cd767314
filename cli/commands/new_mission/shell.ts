/** A mission for any shell. @module */
import type { Scaffold } from "./new_file.ts";

/** POSIX shell. */
export const SHELL: Scaffold = {
  mission: (name) =>
    `#!/bin/sh
# ${name}: writes a greeting.
#
# Input {"name": "Ada"}. Output file greeting. By hand: ${name}.sh --input='{"name": "Ada"}'
# A command that fails ends the mission: it is failed then, and what the command printed is in its log.
set -eu

if [ -n "\${LETTS_MISSION_ID:-}" ]; then
  input=$(cat)
  cd "$LETTS_WORKDIR"
else
  # By hand: reports go to stderr, output files below the current folder.
  exec 3>&2
  input={}
  for argument in "$@"; do
    case $argument in --input=*) input=\${argument#--input=} ;; esac
  done
  mkdir -p out
fi

# Reports with one JSON object on one line.
say() {
  printf '%s\\n' "$1" >&3
}

# The string at a key of the input. Not a JSON parser: a string with a quote or a backslash in it is not understood.
text() {
  printf '%s' "$input" | sed -n 's/.*"'"$1"'"[[:space:]]*:[[:space:]]*"\\([^"\\\\]*\\)".*/\\1/p'
}

name=$(text name)
greeting="Hello, \${name:-world}!"
say '{"event":"progress","value":0.5,"message":"greeting"}'
printf '%s\\n' "$greeting" >out/greeting
say '{"event":"output_file","key":"greeting"}'
say '{"event":"success","return":{"greeting":"'"$greeting"'"}}'
`,
  test: (name) =>
    `#!/bin/sh
# Runs ${name}.sh by hand and looks at what it says and leaves.
set -eu

mission=$(cd "$(dirname "$0")/.." && pwd)/${name}.sh
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

"$mission" --input='{"name": "Ada"}' 2>said
grep -qF '{"event":"success","return":{"greeting":"Hello, Ada!"}}' said
[ "$(cat out/greeting)" = "Hello, Ada!" ]
echo ok
`,
  runTest: (path) => `sh ${path}`,
};
