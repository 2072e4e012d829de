#!/usr/bin/env bash
# Builds the wheel with the program of TXL_BINARY, installs it into a fresh environment, and runs the tests and the
# examples with it. The last line of the output is the result. The exit code 77 means that a program is missing.
set -euo pipefail
cd "$(dirname "$0")"
: "${TXL_BINARY:?must be the path of the txl program}"

not_run() { echo "$*"; exit 77; }
command -v python3 >/dev/null || not_run "python3 is missing"
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || not_run "Python 3.11 or later is missing"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv" || not_run "python3 has no venv module (Debian: apt-get install python3-venv)"
PATH="$work/venv/bin:$PATH"
export PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
pip install --quiet --requirement requirements-dev.txt || not_run "pip cannot install requirements-dev.txt (no package index?)"

mypy --cache-dir "$work/mypy" src hatch_build.py tests
python -m hatchling build --target wheel --directory "$work/dist"
pip install --quiet --no-index "$work"/dist/*.whl
[ -z "${TXL_PACKAGES:-}" ] || cp "$work"/dist/*.whl "$TXL_PACKAGES"
# From here on the program is that of the wheel.
unset TXL_BINARY
txl --version

pytest -p no:cacheprovider | tee "$work/tests.txt"
for example in examples/*/; do
  cp -R "$example" "$work/example"
  pip install --quiet --requirement "$work/example/requirements.txt"
  (cd "$work/example" && pytest -p no:cacheprovider && pytest -p no:cacheprovider --numprocesses 2)
  rm -r "$work/example"
done
echo "$(tail -n 1 "$work/tests.txt" | tr -d =), with the wheel $(basename "$work"/dist/*.whl); the examples pass"
