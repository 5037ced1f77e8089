#!/bin/sh
# check.sh FILE COMPILER [OPTION...]: passes when FILE does not compile, the compiler says all that the file's
# first lines expect, and the file does compile with -DFIXED, so that it fails for this reason only.
#   // expect: TEXT            from every compiler
#   // expect-gcc: TEXT        from gcc only; expect-clang: from clang only
set -eu
file=$1
shift
case $("$1" --version | head -n 1) in *clang*) compiler=clang ;; *) compiler=gcc ;; esac

expected=$(sed -nE "s|^// expect(-$compiler)?: (.*)|\2|p" "$file")
if [ -z "$expected" ]; then
  echo "$file: expected a first line '// expect: TEXT'"
  exit 1
fi
if ! output=$(LC_ALL=C "$@" -DFIXED "$file" 2>&1); then
  printf '%s\n' "$output" "$file: does not compile with -DFIXED"
  exit 1
fi
if output=$(LC_ALL=C "$@" "$file" 2>&1); then
  echo "$file: compiles, and must not"
  exit 1
fi
printf '%s\n' "$expected" | while IFS= read -r text; do
  if ! printf '%s\n' "$output" | grep -qF -e "$text"; then
    printf '%s\n' "$output" "$file: the compiler does not say: $text"
    exit 1
  fi
done
