#!/bin/sh
# check.sh FILE COMPILER [OPTION...]: passes when FILE does not compile, the compiler says all that the file's
# first lines expect, and the file does compile with -DFIXED, so that it fails for this reason only.
#   // expect: TEXT            from every compiler
#   // expect-gcc: TEXT        from gcc only; expect-clang: from clang only
#   // expect-first: TEXT      in the first error or warning of all
#   // options: OPTION...      for the compiler, without -DFIXED
set -eu
file=$1
shift
case $("$1" --version | head -n 1) in *clang*) compiler=clang ;; *) compiler=gcc ;; esac

options=$(sed -nE "s|^// options: (.*)|\1|p" "$file")
first=$(sed -nE "s|^// expect-first: (.*)|\1|p" "$file")
expected=$(sed -nE "s|^// expect(-$compiler)?: (.*)|\2|p" "$file")
if [ -z "$expected$first" ]; then
  echo "$file: expected a first line '// expect: TEXT'"
  exit 1
fi
if ! output=$(LC_ALL=C "$@" -DFIXED "$file" 2>&1); then
  printf '%s\n' "$output" "$file: does not compile with -DFIXED"
  exit 1
fi
# shellcheck disable=SC2086  # options are several words
if output=$(LC_ALL=C "$@" $options "$file" 2>&1); then
  echo "$file: compiles, and must not"
  exit 1
fi
printf '%s\n' "$expected" | while IFS= read -r text; do
  if ! printf '%s\n' "$output" | grep -qF -e "$text"; then
    printf '%s\n' "$output" "$file: the compiler does not say: $text"
    exit 1
  fi
done
if [ -n "$first" ] && ! printf '%s\n' "$output" | grep -E -m 1 'error|warning' | grep -qF -e "$first"; then
  printf '%s\n' "$output" "$file: the compiler does not say first: $first"
  exit 1
fi
