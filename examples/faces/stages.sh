#!/bin/sh
# Makes one picture of what each step of gender_swap sees of a photograph of an astronaut (public domain, from
# Debian's python3-skimage): faces found, crop, translation, mask, result.
#
#   stages.sh WEIGHTS SIZE OUTPUT.png [more options of gender_swap]
#
# WEIGHTS: a generator's file or a training's folder; SIZE: the pixels that it was trained on. Run in the
# repository, after cmake --workflow --preset examples.
set -eu

fail() { echo "stages.sh: $*" >&2; exit 1; }
[ $# -ge 3 ] || fail "usage: stages.sh WEIGHTS SIZE OUTPUT.png [options]"
weights=$1 size=$2 output=$3
shift 3
root=$(cd "$(dirname "$0")/../.." && pwd)
programs=$root/build/examples/examples
[ -x "$programs/gender_swap" ] || programs=$root/build/default/examples
[ -x "$programs/gender_swap" ] || fail "no gender_swap in $programs: run cmake --workflow --preset examples"
"$root/cmake/install_packages.sh" python3-skimage
photograph=/usr/lib/python3/dist-packages/skimage/data/astronaut.png
[ -f "$photograph" ] || fail "$photograph is missing"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$root/examples/faces/fetch.sh" "$root/build/faces"
"$programs/gender_swap" --weights "$weights" --size "$size" --detector "$root/build/faces/back.onnx" \
  --input "$photograph" --output "$work/result.png" --stages "$work/stages" "$@"
/usr/bin/python3 - "$work/stages" "$output" <<'PYTHON'
import pathlib, sys
import numpy, skimage.io, skimage.transform
steps = sorted(pathlib.Path(sys.argv[1]).glob("*.png"))
side = 256
rows = [skimage.transform.resize(skimage.io.imread(s), (side, side), anti_aliasing=True) for s in steps]
skimage.io.imsave(sys.argv[2], (numpy.hstack(rows) * 255).round().astype("uint8"))
PYTHON
echo "$output: faces, crop, translation, mask, result"
