#!/bin/sh
# readme.sh PAGE FOLDER COMPILER [OPTION...]: takes the programs of a page (each ```cpp block with a main) and
# compiles and links them in FOLDER. There must be one, and each must be under 30 lines.
set -eu
page=$1 folder=$2
shift 2
mkdir -p "$folder"
rm -f "$folder"/program_*
awk -v folder="$folder" '
     /^```cpp$/ { inside = 1; block = ""; next }
     /^```/ { if (inside && block ~ /int main/) printf "%s", block > (folder "/program_" (++count) ".cpp"); inside = 0 }
     inside { block = block $0 "\n" }' "$page"

for program in "$folder"/program_*.cpp; do
  [ -e "$program" ] || { echo "$page: expected a program, a block of cpp with a main"; exit 1; }
  lines=$(wc -l < "$program")
  if [ "$lines" -ge 30 ]; then
    echo "$page: expected programs of 1 to 29 lines, $(basename "$program" .cpp) has $lines"
    exit 1
  fi
  "$@" "$program" -o "${program%.cpp}"
done
