#!/bin/sh
# check_the_check.sh COMPILER [OPTION...]: check.sh must accept a file that fails in the expected words, and
# refuse one that compiles, one that says something else, one that stays broken and one that expects nothing.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
check=$(dirname "$0")/check.sh

verdict=0
"$check" /dev/null "$@" > /dev/null && { echo "check.sh accepts a file that expects nothing"; verdict=1; }

accepts() { "$check" "$folder/case.cpp" "$@" > "$folder/said" 2>&1; }

printf '%s\n' '// expect: two is not three' '#ifndef FIXED' 'static_assert(2 == 3, "two is not three");' '#endif' \
  > "$folder/case.cpp"
accepts "$@" || { cat "$folder/said"; echo "check.sh refuses a good case"; verdict=1; }

printf '%s\n' '// expect: two is not three' > "$folder/case.cpp"
accepts "$@" && { echo "check.sh accepts a file that compiles"; verdict=1; }

printf '%s\n' '// expect: two is not three' '#ifndef FIXED' 'static_assert(2 == 3, "something else");' '#endif' \
  > "$folder/case.cpp"
accepts "$@" && { echo "check.sh accepts other words"; verdict=1; }

printf '%s\n' '// expect-first: two is not three' '#ifndef FIXED' 'static_assert(3 == 4, "something else");' \
  'static_assert(2 == 3, "two is not three");' '#endif' > "$folder/case.cpp"
accepts "$@" && { echo "check.sh accepts words that do not come first"; verdict=1; }

printf '%s\n' '// expect: two is not three' '// options: -DTHREE=4' '#ifdef THREE' \
  'static_assert(2 == 3, "two is not three");' '#endif' > "$folder/case.cpp"
accepts "$@" || { cat "$folder/said"; echo "check.sh does not give the options of a file"; verdict=1; }

printf '%s\n' '// expect: two is not three' 'static_assert(2 == 3, "two is not three");' > "$folder/case.cpp"
accepts "$@" && { echo "check.sh accepts a file that stays broken"; verdict=1; }

exit $verdict
