#!/bin/sh
# Says everything that can be said, fails at first, and hands over a file at the second attempt.
{
  echo '{"event":"progress","value":0.5,"message":"half"}'
  echo '{"event":"state","name":"drawing"}'
  echo '{"event":"note","text":"from the cache"}'
  echo '{"event":"warn","message":"slow","details":{"ms":7}}'
  echo '{"event":"log","level":"info","message":"loaded"}'
  echo '{"event":"meta","fields":{"rows":7}}'
} >&3
[ "$LETTS_ATTEMPT" = 2 ] || exit 7
printf 'one' > out/first
echo '{"event":"output_file","key":"first"}' >&3
echo '{"event":"success","return":{"files":1}}' >&3
