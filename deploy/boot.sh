#!/bin/sh
# Find a Python that is new enough and hand over to deploy/bootstrap.py. Used by the Makefile only.
set -eu
here=$(dirname "$0")
seen=""
for name in ${PYTHON:-} python3.11 python3 python3.13 python3.12 python; do
    found=$(command -v "$name" 2>/dev/null) || continue
    if "$found" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        exec "$found" "$here/bootstrap.py" "$@"
    fi
    # A version manager's stand-in answers to a name it cannot run; only a real answer is worth telling.
    version=$("$found" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
    [ -n "$seen" ] || seen="$version"
done
if [ -n "$seen" ]; then
    echo "需要 Python 3.11 或更新的版本，这台机器上只找到 Python $seen；请安装 python3.11 后再试，或用 make PYTHON=路径 指定。(Python 3.11 or newer is needed.)" >&2
else
    echo "需要 Python 3.11 或更新的版本，这台机器上没有找到 Python；请安装 python3.11 后再试，或用 make PYTHON=路径 指定。(Python 3.11 or newer is needed.)" >&2
fi
exit 2
