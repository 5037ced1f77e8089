#!/bin/sh
# readme.sh README FOLDER COMPILER [OPTION...]: takes README's first program (the first ```cpp block with a
# main) and compiles and links it in FOLDER. It must be under 30 lines.
set -eu
readme=$1 folder=$2
shift 2
mkdir -p "$folder"
awk '/^```cpp$/ { inside = 1; block = ""; next }
     /^```/ { if (inside && block ~ /int main/) { printf "%s", block; exit }; inside = 0 }
     inside { block = block $0 "\n" }' "$readme" > "$folder/first_program.cpp"

lines=$(wc -l < "$folder/first_program.cpp")
if [ "$lines" -eq 0 ] || [ "$lines" -ge 30 ]; then
  echo "$readme: expected a first program of 1 to 29 lines, it has $lines"
  exit 1
fi
"$@" "$folder/first_program.cpp" -o "$folder/first_program"
