# SPDX-License-Identifier: LGPL-2.1-or-later

setup_usage() {
  cat <<'USAGE'
usage: ./dev setup

Installs the Debian packages of tools/dev/packages.txt that are missing and makes the locale de_DE.UTF-8 when it
is not there. Works as root, or by sudo. Does nothing, quickly, when nothing is missing.

Cyrus and Courier, which cannot be installed beside Dovecot, are unpacked for the tests into a folder of their own
(TAUBE_SERVERS, else taube/servers below /var/cache for root, below XDG_CACHE_HOME or ~/.cache for others); only
tests start them.
USAGE
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    env DEBIAN_FRONTEND=noninteractive "$@"
  elif command -v sudo >/dev/null; then
    sudo env DEBIAN_FRONTEND=noninteractive "$@"
  else
    fail "this needs root or sudo: $*"
  fi
}

# Mirrors are sometimes slow to answer, and another package manager may hold the lock.
apt() { as_root apt-get -y -q -o Acquire::Retries=5 -o DPkg::Lock::Timeout=300 "$@" </dev/null >&2; }

install_packages() {
  say "installing: $*"
  apt update || say "apt-get update failed; trying with the lists that are there"
  apt install --no-install-recommends "$@" || apt install --no-install-recommends --fix-missing "$@" ||
    fail "could not install: $*"
}

# Packages that start a daemon must not do so: tests and demo use private ones on ports of their own.
without_daemons() {
  local policy=/usr/sbin/policy-rc.d made=no
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod +x "$policy"
    made=yes
  fi
  "$@"
  [ "$made" = no ] || as_root rm -f "$policy"
}

make_locales() {
  say "making the locale de_DE.UTF-8"
  if ! grep -q '^de_DE.UTF-8' /etc/locale.gen 2>/dev/null; then
    echo 'de_DE.UTF-8 UTF-8' | as_root tee -a /etc/locale.gen >/dev/null
  fi
  as_root locale-gen >&2 || fail "locale-gen failed"
}

setup_main() {
  local missing
  [ $# -eq 0 ] || wrong_usage "unknown argument: $1"
  command -v dpkg-query >/dev/null || fail "not a Debian system: tools/dev/packages.txt lists what must be installed"
  missing=$(missing_packages)
  # shellcheck disable=SC2086
  [ -z "$missing" ] || without_daemons install_packages $missing || return 1
  has_locales || make_locales || return 1
  setup_servers
}
