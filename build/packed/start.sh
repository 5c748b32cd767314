# Missions get this Deno, also those whose first line is "#!/usr/bin/env -S deno run", unless LETTS_DENO names another.
if [ -z "${LETTS_DENO-}" ]; then
  LETTS_DENO=$at/bin/deno
  PATH=$at/bin:${PATH:-/usr/local/bin:/usr/bin:/bin}
fi
export PATH LETTS_DENO DENO_NO_UPDATE_CHECK=1
letts() { exec "$at/deno" run -A --no-config --unstable-no-legacy-abort "$at/letts.js" "$@"; }

# What older versions left behind, unless it is in use.
[ -z "$new" ] || (letts cache clean >/dev/null 2>&1)

case ${0##*/} in dugdale*) set -- dugdale "$@" ;; esac
letts "$@"
