#!/bin/sh
# Makes a data set on which a translation can be trained and, by its pairs, be measured; README.md tells of each.
#
#   make.sh avatars|emoji3d|seasons|vangogh OUT [--size PIXELS] [--seed N] [...]
#   make.sh avatars|emoji3d|seasons|vangogh        # only fetches what it is made of
#
# OUT gets trainA and trainB, valA and valB, testA and testB. The same options make the same bytes. The packages that
# the pictures come from are fetched once, into build/packages.
set -eu
. "$(dirname "$0")/../fetch_packages.sh"
here=$(cd "$(dirname "$0")" && pwd)

npm_module() {  # name, version, SHA-512
  there=$folder/node_modules/$1
  [ -f "$there/complete-$2" ] && return
  fetch_npm "$@"
  touch "$work/package/complete-$2"
  mkdir -p "$(dirname "$there")"
  rm -rf "$there"
  mv "$work/package" "$there"
}
debian_files() {  # name, version, SHA-256, members...
  there=$folder/$1
  [ -f "$there/complete-$2" ] && return
  fetch_debian "$1=$2"
  echo "$3  $file" | sha256sum --check --status || fail "$1 $2: its checksum is not the expected one"
  complete=complete-$2
  mkdir "$work/files"
  shift 3
  dpkg-deb --fsys-tarfile "$file" | tar -x -C "$work/files" "$@"
  touch "$work/files/$complete"
  rm -rf "$there"
  mv "$work/files" "$there"
}
drawing() {  # what draws SVG
  command -v node >/dev/null || fail "node is missing: install it, for example with apt-get install nodejs npm"
  [ "$(uname -sm)" = "Linux x86_64" ] || fail "the drawings need Linux on x86-64, for which resvg is fetched"
  npm_module @resvg/resvg-js 2.3.0 3e6909b0fb4e0a8417711ca56891a280b5dc5f78cf71ab830ad10d4a7408dda77d52ca7833c7520aad06b3addb0ced61965ab506e0503746e3b0f3812dfe520b
  npm_module @resvg/resvg-js-linux-x64-gnu 2.3.0 712b1b593900d6fed85d296e95af575353228ac1fea5c244be01b3c2bfcc85eb44c84ee2d72ffb1db025194bce78593800779ef9c477317e3512f03c9b69e22e
}
python=/usr/bin/python3
imaging() {
  "$python" -c 'import numpy; from PIL import features; assert features.check("webp")' 2>/dev/null ||
    fail "NumPy and Pillow are missing: install them with apt-get install python3-numpy python3-pil"
}

usage="usage: make.sh avatars|emoji3d|seasons|vangogh [OUT [options]]"
[ $# -ge 1 ] || fail "$usage"
name=$1 out=${2-}
shift
case $name in avatars|emoji3d|seasons|vangogh) ;; *) fail "$name: expected avatars, emoji3d, seasons or vangogh" ;; esac
case $out in -*) fail "$usage" ;; esac
[ ! -e "$out" ] || fail "$out: is there already: expected a folder that is not"
fetch_into "$here/../../build/packages"
case $name in
  avatars)
    drawing
    npm_module @dicebear/core 9.4.3 f484eb408e7b937a7984ab94f07649d5dd243ddae64ca1090ce765290f02a5a0a16ed9a70f547e76d5a6373e487ac61385733c17ae2927466f276aec63c1dc8b
    npm_module @dicebear/avataaars 9.4.3 2cd21935bd5369784bdbf39f24afa59b0f0a91b9fa7a8b7514788ba14dbf0333a68d24105490b466fc2b67fb5d40420678c3eee678492e63701ff90532817e4f
    ;;
  emoji3d)
    drawing
    npm_module @iconify-json/fluent-emoji-flat 1.2.3 74fbc089daf86d0bfc12cafbeea3720fc57cca1b480d48ab0103fa78719ea2ac696156539c6439e7a36506ce39e77715e1f8e72bcd6de9e48198f18f93ec9478
    npm_module @lobehub/fluent-emoji-3d 1.1.0 5a5ab69554ad4e7afc043a48274a449d328ee0bb83c71a931214ef46d0f50cb445d267bba207914232a87a10c75ee549d9069e720979c1106feb4954006de1ee
    ;;
  seasons)
    debian_files wesnoth-1.16-data 1:1.16.9-1 1012b964bd412a6770685e3324ae3b61e176caff7846192d1ee63d55cd621e26 \
      ./usr/share/games/wesnoth/1.16/data/core/images/terrain ./usr/share/doc/wesnoth-1.16-data/copyright
    ;;
  vangogh)
    debian_files gcompris-qt-data 3.1-2 e9cf06ab2105529068df73085784e835d2ff03f870d2a8091f09125d40abac9f \
      ./usr/share/gcompris-qt/rcc ./usr/share/doc/gcompris-qt-data/copyright
    ;;
esac
[ -n "$out" ] || exit 0

shift
imaging
mkdir -p "$(dirname "$out")"
made=$(mktemp -d "$(dirname "$out")/part-XXXXXX")  # beside OUT, which appears whole
trap 'rm -rf "$work" "$made"' EXIT
chmod 755 "$made"
export PYTHONDONTWRITEBYTECODE=1
if [ "$name" = avatars ]; then
  node "$here/avatars.mjs" "$made" --packages "$folder" "$@"
else
  "$python" "$here/$name.py" "$made" --packages "$folder" "$@"
fi
"$python" "$here/describe.py" "$made"
mv "$made" "$out"
