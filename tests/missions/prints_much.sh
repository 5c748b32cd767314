#!/bin/sh
# Prints 100,000 letters to stdout, then as many to stderr.
head -c 100000 /dev/zero | tr '\0' 'o'
head -c 100000 /dev/zero | tr '\0' 'e' >&2
