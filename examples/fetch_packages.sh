# Sourced by the scripts beside it and below: packages of npm and Debian, held against the checksums that a script knows.

fail() { echo "$(basename "$0"): $*" >&2; exit 1; }

# Makes the folder and sets $folder, its whole path, and $work, a folder in it that is gone at the end.
fetch_into() {  # folder
  mkdir -p "$1"
  folder=$(cd "$1" && pwd)
  work=$(mktemp -d "$folder/part-XXXXXX")
  trap 'rm -rf "$work"' EXIT
  trap 'exit 1' HUP INT TERM
}
# Unpacks a package, or the members of it that are named, into $work/package.
fetch_npm() {  # name, version, SHA-512, members...
  command -v npm >/dev/null || fail "npm is missing: install it, for example with apt-get install npm"
  echo "fetching $1 $2"
  file=$(cd "$work" && npm pack --silent "$1@$2") || fail "$1 $2 cannot be fetched: is there a network?"
  echo "$3  $work/$file" | sha512sum --check --status || fail "$file: its checksum is not the expected one"
  shift 3
  rm -rf "$work/package"
  tar -xzf "$work/$file" -C "$work" "$@"
}
# Downloads a package of Debian without installing it, and sets $file.
fetch_debian() {  # name, or name=version
  command -v apt-get >/dev/null || fail "$1 is a package of Debian: there is no apt-get here"
  echo "fetching $1"
  rm -f "$work"/*.deb
  (cd "$work" && apt-get download -qq -o APT::Sandbox::User=root "$1") ||
    fail "$1 cannot be fetched: apt-get update may be needed"
  file=$(echo "$work"/*.deb)
}
