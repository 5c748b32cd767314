#!/bin/sh
# Runs until it is ended.
echo '{"event":"progress","message":"ready"}' >&3
while :; do sleep 60; done
