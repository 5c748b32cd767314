#!/bin/sh
# Gives its input file "data" back as its output file "copy".
cp in/data out/copy
echo '{"event":"output_file","key":"copy"}' >&3
echo '{"event":"success"}' >&3
