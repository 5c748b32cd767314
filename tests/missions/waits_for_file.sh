#!/bin/sh
# Says that it is there, then waits until the file that its input names exists.
gate="$(sed -n 's/.*"gate":"\([^"]*\)".*/\1/p')"
echo '{"event":"progress","message":"ready"}' >&3
until [ -e "$gate" ]; do sleep 0.02; done
echo "passed"
