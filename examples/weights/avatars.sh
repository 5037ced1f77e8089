#!/usr/bin/env bash
# avatars.sh PROGRAMS OUT [train's options]: draws the faces, trains the two students that lie here, and writes them to
# OUT/avatars_to_woman.safetensors and OUT/avatars_to_man.safetensors. PROGRAMS is the folder of the programs. About
# a quarter of an hour. The same bytes on processors of one class (AVX-512, AVX2).
set -euo pipefail
if [ $# -lt 2 ]; then echo "usage: avatars.sh PROGRAMS OUT [train's options]" >&2; exit 2; fi
programs=$1 out=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$out"
if [ ! -d "$out/data" ]; then "$here/../data/make.sh" avatars "$out/data" --size 64 --train 600; fi
"$programs/train" --dataroot "$out/data" --name avatars --checkpoints_dir "$out/checkpoints" --netG student_9blocks --ngf 16 \
  --ndf 32 --load_size 64 --crop_size 64 --no_flip --lr 0.0004 --ema 0.999 --n_epochs 12 --n_epochs_decay 13 --score_freq 0 \
  --seed 1 "$@"
for made in A:woman B:man; do
  "$programs/convert" --weights "$out/checkpoints/avatars/latest_net_G_${made%:*}_ema.safetensors" --type int8 \
    --output "$out/avatars_to_${made#*:}.safetensors"
done
