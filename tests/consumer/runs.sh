#!/bin/sh
# runs.sh FOLDER PROGRAM COMPILER [OPTION...]: compiles a program of this folder into FOLDER and runs it there.
set -eu
folder=$1 program=$(realpath "$2") compiler=$3
shift 3
mkdir -p "$folder"
cd "$folder"
"$compiler" "$@" "$program" -o program
./program
