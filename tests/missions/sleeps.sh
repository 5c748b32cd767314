#!/bin/sh
# Sleeps for as many seconds as its input says.
read -r seconds
sleep "$seconds"
echo '{"event":"success"}' >/dev/fd/3
