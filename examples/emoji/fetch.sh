#!/bin/sh
# Fetches the emoji pictures of two vendors into a folder: FOLDER/google (art: Apache-2.0) and FOLDER/twitter
# (art: CC-BY-4.0), each with emoji.json and img/<vendor>/64/*.png. Does nothing where they already are.
#
#   fetch.sh FOLDER
set -eu
. "$(dirname "$0")/../fetch_packages.sh"

version=16.0.0
google=6517b17f3b3b315a0b9e6cd998db0ee132a19c0269e43fbe566e8fa54a47fe31104257a6a7797cf028d9f83a19d9f68cf51e10c5990e3c90a84fc0e53e17d0dc
twitter=ec5fae0ae1c7fbb427adcd793f9b676ef2a483d13ab65ce2e0c9d3dae5b5465378a4b613cdae9c3ff76cb487d20ccb698c52d6b997b05a0f2305bb8bd9ec842d

fetch() {  # vendor, SHA-512 of its package
  [ -f "$folder/$1/complete-$version" ] && return
  fetch_npm "emoji-datasource-$1" "$version" "$2" \
    package/LICENSE package/emoji.json "package/img/$1/64"
  touch "$work/package/complete-$version"
  rm -rf "${folder:?}/$1"
  mv "$work/package" "$folder/$1"
}

[ $# -eq 1 ] || fail "usage: fetch.sh FOLDER"
fetch_into "$1"
fetch google "$google"
fetch twitter "$twitter"
