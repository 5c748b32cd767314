#!/bin/sh
# Appends its start and its end to the file that its input or its argument names; one line each, so that a second run
# would show. Gives an input file "data" back as its output file "copy".
log="${1:-$(sed -n 's/.*"log":"\([^"]*\)".*/\1/p')}"
id="${LETTS_MISSION_ID:-$LETTS_EXEC_ID}"
echo "start $id $$" >> "$log"
sleep "0.0$(( $$ % 10 ))"
if [ -f in/data ]; then
  cp in/data out/copy
  echo '{"event":"output_file","key":"copy"}' >&3
fi
echo "end $id $$" >> "$log"
