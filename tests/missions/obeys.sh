#!/bin/sh
# Does what its input says: {"sh": base64 of shell commands}. They run in this very process.
eval "$(sed -n 's/.*"sh":"\([A-Za-z0-9+/=]*\)".*/\1/p' | base64 -d)"
