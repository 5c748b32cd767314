#!/bin/sh
# Fails until the attempt that its input names: N, or [N, RETRY] with what it says about another attempt.
echo "attempt $LETTS_ATTEMPT of $LETTS_ATTEMPTS"
input=$(tr -d '[] ')
until=${input%%,*}
if [ "${LETTS_ATTEMPT:-1}" -ge "$until" ]; then
  echo '{"event":"success"}' >&3
  exit
fi
case $input in
*,*) retry=",\"retry\":$(echo "${input#*,}" | sed 's/^"\(.*\)"$/\1/; s/\\//g')" ;;
esac
echo "{\"event\":\"fail\",\"reason\":\"busy\"$retry}" >&3
exit 1
