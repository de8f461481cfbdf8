# SPDX-License-Identifier: LGPL-2.1-or-later
# Private servers for the tests whose packages conflict with Dovecot's: unpacked into a cache folder, not installed.
# tests/servers/unpacked.py looks for them in the same place. What root starts goes on as nobody, who sees
# nothing of root's home.

servers_folder() {
  local cache=/var/cache
  [ "$(id -u)" = 0 ] || cache=${XDG_CACHE_HOME:-$HOME/.cache}
  printf '%s\n' "${TAUBE_SERVERS:-$cache/taube/servers}"
}

server_packages() {
  case $1 in
    cyrus) echo cyrus-common cyrus-imapd cyrus-pop3d ;;
    courier) echo courier-authlib courier-base courier-imap gamin ;;
    courier-pop) echo courier-pop ;; # works with the libraries of the one above
  esac
}

# What an unpacked server was made of; another system, or another list above, makes it anew.
server_stamp() {
  (. /etc/os-release && echo "1 $ID ${VERSION_ID:-} $(dpkg --print-architecture) $(server_packages "$1")")
}

has_server() { [ "$(cat "$(servers_folder)/$1/stamp" 2>/dev/null)" = "$(server_stamp "$1")" ]; }

has_servers() { has_server cyrus && has_server courier && has_server courier-pop; }

# The libraries that PACKAGE… want directly, of alternatives the first.
wanted_libraries() {
  apt-cache depends --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances "$@" | awk '
    $1 == "|Depends:" { if (!other && $2 ~ /^lib/) print $2; other = 1; next }
    $1 == "Depends:" { if (!other && $2 ~ /^lib/) print $2; other = 0 }' | sort -u
}

# The libraries that PACKAGE… and these libraries want, and the system does not have.
missing_libraries() {
  local all=() new=("$@") installed
  installed=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' | sed -n 's/ installed$//p')
  while [ ${#new[@]} -gt 0 ]; do
    mapfile -t new < <(wanted_libraries "${new[@]}" | grep -vxF -e "$installed" -e "$(printf '%s\n' "${all[@]}" -)")
    all+=("${new[@]}")
  done
  [ ${#all[@]} -eq 0 ] || printf '%s\n' "${all[@]}"
}

# unpack_server KIND FOLDER
unpack_server() {
  local packages=() libraries=() file
  read -ra packages < <(server_packages "$1")
  apt-cache show "${packages[@]}" >/dev/null 2>&1 || apt update || return 1
  mapfile -t libraries < <(missing_libraries "${packages[@]}")
  mkdir "$2/debs" "$2/root" || return 1
  (cd "$2/debs" && apt-get -q -o Acquire::Retries=5 download "${packages[@]}" "${libraries[@]}" </dev/null >&2) ||
    return 1
  for file in "$2"/debs/*.deb; do
    dpkg-deb -x "$file" "$2/root" && dpkg-deb -W --showformat='${Package}=${Version}\n' "$file" || return 1
  done >"$2/packages"
  rm -rf "$2/debs"
  server_stamp "$1" >"$2/stamp"
}

# Two at once do no harm: each unpacks for itself, and a whole folder takes the place of the old one.
setup_server() {
  local folder new
  folder=$(servers_folder)
  has_server "$1" && return 0
  say "unpacking ${1^} for the tests into $folder/$1"
  mkdir -p -m 755 "$folder" && new=$(mktemp -d "$folder/new-XXXXXX") && chmod 755 "$new" || return 1
  if ! unpack_server "$1" "$new"; then
    rm -rf "$new"
    say "${1^} could not be unpacked: the tests that want it are skipped, and fail where CI is set"
    return 1
  fi
  [ ! -e "$folder/$1" ] || mv -T "$folder/$1" "$new/old"
  mv -T "$new" "$folder/$1" 2>/dev/null || has_server "$1" || return 1
  rm -rf "$new" "$folder/$1/old"
}

# What cannot be had is said and no failure here: the tests tell what they miss.
setup_servers() {
  setup_server cyrus || true
  setup_server courier || true
  setup_server courier-pop || true
}
