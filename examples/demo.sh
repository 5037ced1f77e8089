#!/usr/bin/env bash
# demo.sh: translates drawn faces by the weights in examples/weights, which takes a moment, then trains a CycleGAN
# of its own on man and woman emoji for about ten minutes and translates those it has never seen. Installs what is
# missing with apt, builds, and keeps all that it makes in build/demo. What is there already (packages, pictures, a
# training that was finished) is not made again, and a training that was interrupted goes on.
set -euo pipefail
case "$#${1-}" in
  0) ;;
  1-h | 1--help)
    echo "usage: examples/demo.sh   installs, builds, translates faces by weights that are there, trains for ten minutes"
    echo "                          (Ctrl-C ends that early, and the same command trains on), translates; all that it"
    echo "                          makes is in build/demo"
    exit ;;
  *)
    echo "demo.sh: $*: expected no argument, or --help" >&2
    exit 2 ;;
esac
cd "$(dirname "$0")/.."

# ---- the training: an epoch is about 500 pictures; the rate is constant, then falls to 0. Emoji part their hair
# on one side, so that mirrored ones would train on pictures that do not occur. In so few steps twice the
# reference's rate gets further ----
epochs=4
epochs_decay=4
training=(--netG resnet_6blocks --ngf 32 --ndf 32 --load_size 64 --crop_size 64 --no_flip
  --n_epochs "$epochs" --n_epochs_decay "$epochs_decay" --lr 0.0004 --display_freq 500 --seed 1)

out=$PWD/build/demo
weights=$PWD/examples/weights
avatars=$out/avatars # testA: men, testB: the same persons as women
build=$out/build
programs=$build/examples
emoji=$out/emoji
faces=$out/faces # trainA trainB testA testB; A: men, B: women
trained=$out/checkpoints/emoji
to_woman=$trained/latest_net_G_A.safetensors
to_man=$trained/latest_net_G_B.safetensors
finished=$out/finished # how the last finished training was told to go

say() { printf '\n== %s\n' "$*"; }
both_ways() { # TO_WOMAN TO_MAN PICTURES WOMEN MEN SHEET: translates testA and testB, and puts them beside the answers
  "$programs/translate" --weights "$1" --input "$3/testA" --output "$4"
  "$programs/translate" --weights "$2" --input "$3/testB" --output "$5"
  "$programs/contact_sheet" --output "$6" --folders "$3/testA" "$4" "$3/testB" "$3/testB" "$5" "$3/testA"
}

say "installing what is missing"
packages=(cmake ninja-build g++ libeigen3-dev libxtensor-dev libstb-dev nlohmann-json3-dev libcli11-dev
  libpng-dev libjpeg-dev libwebp-dev libtiff-dev nodejs python3-numpy python3-pil)
if ! command -v npm > /dev/null; then packages+=(npm ca-certificates); fi
cmake/install_packages.sh "${packages[@]}"

say "building"
# In a folder of its own, without CUDA, which takes minutes to compile: the demo trains on the CPU.
cmake --preset examples -B "$build" -DGUISE_CUDA=OFF
cmake --build "$build" --target emoji_faces train translate evaluate contact_sheet

say "drawing twelve persons, and translating them by weights that were trained before"
if [ -d "$avatars" ] || examples/data/make.sh avatars "$avatars" --size 64 --train 1 --pairs 12; then
  both_ways "$weights/avatars_to_woman.safetensors" "$weights/avatars_to_man.safetensors" "$avatars" \
    "$out/avatars_women" "$out/avatars_men" "$out/avatars.png"
  say "look at $out/avatars.png"
  echo "rows: man, translated to a woman, the woman as drawn; woman, translated to a man, the man as drawn"
else
  echo "they cannot be drawn here: the demo goes on with its training"
fi

say "fetching pictures to $emoji (art: Google's, Apache-2.0; Twitter's, CC-BY-4.0)"
examples/emoji/fetch.sh "$emoji"
"$programs/emoji_faces" --google "$emoji/google" --twitter "$emoji/twitter" --out "$faces"

interrupted=false
if [ "$(cat "$finished" 2> /dev/null)" = "${training[*]}" ]; then
  say "already trained: $to_woman"
else
  say "training for about ten minutes; Ctrl-C ends it early, and what was learned so far translates"
  training_on=() # or, where a training is there, be it killed while it saved
  if compgen -G "$trained/checkpoint*.safetensors" > /dev/null; then training_on=(--continue_train); fi
  rm -f "$finished"
  trap ':' INT
  status=0
  "$programs/train" --dataroot "$faces" --name emoji --checkpoints_dir "$out/checkpoints" "${training[@]}" \
    "${training_on[@]}" || status=$?
  trap - INT
  case $status in
    0) echo "${training[*]}" > "$finished" ;;
    130) interrupted=true ;; # and saved
    *) exit "$status" ;;
  esac
fi

say "translating the held-out pictures to $out/women and $out/men"
both_ways "$to_woman" "$to_man" "$faces" "$out/women" "$out/men" "$out/demo.png"

say "man to woman"
"$programs/evaluate" --pairs --weights "$to_woman" --dataroot "$faces" --load_size 64 --seed 1
say "woman to man"
"$programs/evaluate" --pairs --weights "$to_man" --dataroot "$faces" --load_size 64 --seed 1 --direction BtoA

say "look at $out/demo.png"
echo "rows: man, translated to a woman, the vendor's woman; woman, translated to a man, the vendor's man"
if $interrupted; then say "the training was interrupted: the same command, $0, trains on"; fi
