#!/bin/sh
# Survives SIGTERM, as does its child.
trap '' TERM
echo '{"event":"progress","message":"ready"}' >&3
while :; do sleep 60; done
