# A first line "#!/usr/bin/env -S deno run" works on a machine without Deno.
case :${PATH:=/usr/local/bin:/usr/bin:/bin}: in *":$at/bin:"*) ;; *) PATH=$PATH:$at/bin ;; esac
: "${LETTS_DENO:=$at/bin/deno}"
export PATH LETTS_DENO DENO_NO_UPDATE_CHECK=1
letts() { exec "$at/deno" run -A --no-config --unstable-no-legacy-abort "$at/letts.js" "$@"; }

# What older versions left behind, unless it is in use.
[ -z "$new" ] || (letts cache clean >/dev/null 2>&1)

case ${0##*/} in dugdale*) set -- dugdale "$@" ;; esac
letts "$@"
exit 126
