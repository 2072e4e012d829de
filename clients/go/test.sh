#!/usr/bin/env bash
# Tests the Go package and its examples with the program of TXL_BINARY. The last line of the output is the result.
# The exit code 77 means that a program is missing.
set -euo pipefail
cd "$(dirname "$0")"
: "${TXL_BINARY:?must be the path of the txl program}"

not_run() { echo "$*"; exit 77; }
command -v go >/dev/null || not_run "go is missing"
(cd wecomsim && go version && go list -m >/dev/null) || not_run "Go 1.24 or later is missing"

tests() { go test -count=1 "$@" -v ./... | tee "$work/log"; passed=$((passed + $(grep -c '^ *--- PASS' "$work/log"))); }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0
unformatted=$(gofmt -l .)
[ -z "$unformatted" ] || { echo "gofmt would change $unformatted"; exit 1; }
# The race detector needs a C compiler.
race=$(command -v cc >/dev/null && echo -race || true)
(cd wecomsim && go vet ./...)
cd wecomsim && tests $race && cd ..
for example in examples/*/; do
  (cd "$example" && go mod download) || not_run "go cannot download the modules of $example (no module proxy?)"
  cd "$example" && go vet ./... && tests && cd ../..
done
echo "$passed tests passed, with those of the examples"
