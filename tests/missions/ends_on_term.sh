#!/bin/sh
# Tidies up on SIGTERM and ends well.
trap 'echo tidied; exit 0' TERM
echo '{"event":"progress","message":"ready"}' >&3
while :; do sleep 60 & wait $!; done
