#!/bin/sh
# Whether all C is in the format of .clang-format: check_format.sh CLANG-FORMAT ROOT
set -eu
find "$2/src" "$2/tools" "$2/tests" -name '*.[ch]' -not -path '*/node_modules/*' -print0 |
    xargs -0 "$1" --dry-run -Werror
