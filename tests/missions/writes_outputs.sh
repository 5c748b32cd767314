#!/bin/sh
# Hands over two files and leaves a third one alone.
printf 'one' > out/first
: > out/empty
printf 'nobody asks for me' > out/undeclared
echo '{"event":"output_file","key":"first"}' >&3
echo '{"event":"output_file","key":"empty"}' >&3
echo '{"event":"output_file","key":"first"}' >&3
echo '{"event":"success","return":{"files":2}}' >&3
