#!/bin/sh
# Says that all went well, with a value.
echo '{"event":"success","return":{"ok":true}}' >&3
