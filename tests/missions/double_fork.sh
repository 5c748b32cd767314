#!/bin/sh
# Leaves a grandchild in its process group that holds every descriptor, prints its pid, and runs until it is ended.
(sleep 600 & echo "$!")
echo '{"event":"progress","message":"ready"}' >&3
while :; do sleep 60; done
