#!/bin/sh
# letts @VERSION@ and Deno @DENO@ in one file. The first start unpacks both, later ones go straight to them.
id=@ID@
new=

die() {
  echo "letts: $1" >&2
  exit 126
}

# What root has unpacked serves every user.
if [ -n "${LETTS_HOME-}" ]; then
  home=$LETTS_HOME
elif [ -w /var/cache ] || [ -e "/var/cache/letts/$id/ok" ]; then
  home=/var/cache/letts
elif [ -n "${XDG_CACHE_HOME:-${HOME-}}" ]; then
  home=${XDG_CACHE_HOME:-$HOME/.cache}/letts
else
  die "no folder to unpack to: LETTS_HOME and HOME are not set"
fi
at=$home/$id

# True when both are real folders, owned by this user or root and not writable by others. -O is not POSIX, but
# dash, bash, busybox, ksh and zsh have it, and it saves a start of id.
trusted() {
  [ ! -L "$home" ] && [ ! -L "$at" ] || return
  # Nine fields a folder: mode, links, owner, group, size, three of the date, name.
  set -- $(cd "$home" && LC_ALL=C ls -ldn . "$id")
  [ $# = 18 ] || return
  case $1 in d????-??-*) ;; *) return 1 ;; esac
  case ${10} in d????-??-*) ;; *) return 1 ;; esac
  { [ "$3" = 0 ] || [ -O "$home" ]; } && { [ "${12}" = 0 ] || [ -O "$at" ]; }
}

sha256() {
  if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi
}

# A file gets its place once all are known to be whole, and "ok" comes last: starts side by side do no harm.
unpack() (
  umask 022
  part=$(mktemp -d "$at/part.XXXXXX") && mkdir -p "$part/bin" "$at/bin" || exit
  trap 'rm -rf "$part"' EXIT
  trap 'exit 1' HUP INT TERM
  files='@FILES@'
  echo "$files" | while read -r name mode from size sum; do
    tail -c "+$from" "$0" | head -c "$size" | gzip -dc >"$part/$name" || die "cannot unpack $name to $at"
    case $(sha256 <"$part/$name") in
    "$sum "*) chmod "$mode" "$part/$name" || exit ;;
    *) die "$0 is damaged: the SHA-256 of $name is another one" ;;
    esac
  done || exit
  echo "$files" | while read -r name mode from size sum; do
    mv -f "$part/$name" "$at/$name" || exit
  done || exit
  : >"$at/ok"
)

if [ ! -e "$at/ok" ]; then
  (umask 022 && mkdir -p "$at") || die "cannot make $at: LETTS_HOME names another folder to unpack to"
fi
trusted || die "$home, and $id in it, must be folders owned by you or root and not writable by others"
if [ ! -e "$at/ok" ]; then
  new=yes
  [ ! -t 2 ] || echo "letts: unpacking to $at, once" >&2
  unpack || { rmdir "$at/bin" "$at" 2>/dev/null; exit 126; }
fi
[ -x "$at/deno" ] || die "programs cannot be run from $home: LETTS_HOME names another folder to unpack to"

@START@
