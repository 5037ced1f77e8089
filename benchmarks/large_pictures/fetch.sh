#!/bin/sh
# Fetches what the comparison of large_pictures.cpp needs into a folder: networks for super-resolution (npm package
# @upscalerjs/esrgan-slim, MIT), FOLDER/models, and what draw.mjs draws faces with, FOLDER/node_modules. Does nothing
# where they already are.
#
#   fetch.sh FOLDER
set -eu
. "$(dirname "$0")/../../examples/fetch_packages.sh"

fetch() {  # package, version, SHA-512: into FOLDER/node_modules
  [ -f "$folder/node_modules/$1/complete-$2" ] && return
  fetch_npm "$1" "$2" "$3"
  touch "$work/package/complete-$2"
  mkdir -p "$(dirname "$folder/node_modules/$1")"
  rm -rf "$folder/node_modules/$1"
  mv "$work/package" "$folder/node_modules/$1"
}

[ $# -eq 1 ] || fail "usage: fetch.sh FOLDER"
fetch_into "$1"
fetch @upscalerjs/esrgan-slim 1.0.0 \
  0d7b709f9484ef5fa964a96e37f84678b699bfa672972150612bcca94d3c90a08403963d435708224e04bcf4cf670f15a868b60ba174d9cf0e8e1b4877804adb
fetch @dicebear/core 9.4.3 \
  f484eb408e7b937a7984ab94f07649d5dd243ddae64ca1090ce765290f02a5a0a16ed9a70f547e76d5a6373e487ac61385733c17ae2927466f276aec63c1dc8b
fetch @dicebear/avataaars 9.4.3 \
  2cd21935bd5369784bdbf39f24afa59b0f0a91b9fa7a8b7514788ba14dbf0333a68d24105490b466fc2b67fb5d40420678c3eee678492e63701ff90532817e4f
fetch @resvg/resvg-js 2.6.2 \
  c416898ac87939e1a69e20e3f5c5b93d16bf3ed9ae554df38aaadbaf9c498fdd356433784e8b2b55a359a4488b640c5d7e78407bbb90ed01567e33def5df4ad9
fetch @resvg/resvg-js-linux-x64-gnu 2.6.2 \
  21551ef9c9087ab03bc4c679d1db80673c1fd54ee48507b6134429531bb930124d6a8e51a82d33c15fd99bdeb9bf0e83de0185525ee3e26fa8263b9b055a1fb7
ln -sfn node_modules/@upscalerjs/esrgan-slim/models "$folder/models"
