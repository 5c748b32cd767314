#!/bin/sh
# letts with its own Deno, as a package has installed it.
at=/usr/lib/letts
new=

@START@
