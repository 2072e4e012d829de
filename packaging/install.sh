#!/bin/sh
# Installs txl, the command line and simulator for WeCom (企业微信) contacts, for the current user.
# It needs only a POSIX shell, tar, gzip, curl or wget, and a program that computes SHA-256. It never asks a question and never needs root.
set -eu

usage() {
    cat <<'USAGE'
Install txl.

Usage: install.sh [--prefix DIRECTORY]

Options:
  --prefix DIRECTORY  Install below this directory: bin/txl, man pages and completions in share/. Defaults to ~/.local
  -h, --help          Print help

Environment:
  TXL_DOWNLOAD_BASE   Address of the folder with the archives of one release and their SHA256SUMS, such as a mirror of your company.
                      It must begin with https://; http:// is accepted only for this machine
USAGE
}

fail() {
    printf 'install.sh: %s\n' "$1" >&2
    exit 1
}

# `cargo xtask dist` writes the address of the release into this line.
published='@DOWNLOAD_BASE@'

has() { command -v "$1" >/dev/null 2>&1; }

# Prints the platform as the names of the archives have it.
platform() {
    system=$(uname -s) machine=$(uname -m)
    case "$machine" in
        x86_64 | amd64) machine=x86_64 ;;
        aarch64 | arm64) machine=aarch64 ;;
        *) fail "there is no binary for the processor $machine; build it with: cargo install txl" ;;
    esac
    case "$system" in
        Linux) echo "$machine-unknown-linux-musl" ;;
        Darwin)
            # A shell that Rosetta translates reports the other processor.
            [ "$(sysctl -n sysctl.proc_translated 2>/dev/null || true)" = 1 ] && machine=aarch64
            echo "$machine-apple-darwin" ;;
        MINGW* | MSYS* | CYGWIN*) fail "on Windows, unpack the zip archive of the release by hand" ;;
        *) fail "there is no binary for $system; build it with: cargo install txl" ;;
    esac
}

# download ADDRESS FILE
download() {
    if has curl; then
        curl --fail --silent --show-error --location --proto "=$protocol" --retry 2 --output "$2" "$1"
    elif has wget; then
        wget -q -O "$2" "$1"
    else
        fail "curl or wget is needed"
    fi || fail "cannot download $1"
}

# sha256 FILE
sha256() {
    if has sha256sum; then
        sum=$(sha256sum "$1")
    elif has shasum; then
        sum=$(shasum -a 256 "$1")
    elif has openssl; then
        sum=$(openssl dgst -sha256 -r "$1")
    else
        fail "sha256sum, shasum or openssl is needed to verify the download"
    fi
    echo "${sum%% *}"
}

main() {
    prefix=
    while [ $# -gt 0 ]; do
        case "$1" in
            --prefix) [ $# -gt 1 ] || fail "--prefix needs a directory"; prefix=$2; shift 2 ;;
            --prefix=*) prefix=${1#--prefix=}; shift ;;
            -h | --help) usage; exit 0 ;;
            *) usage >&2; fail "unknown argument: $1" ;;
        esac
    done
    if [ -z "$prefix" ]; then
        [ -n "${HOME:-}" ] || fail "HOME is not set; give --prefix DIRECTORY"
        prefix=$HOME/.local
    fi

    base=${TXL_DOWNLOAD_BASE:-$published}
    base=${base%/}
    case "$base" in
        @*) fail "no release is published yet, so this script has no address; TXL_DOWNLOAD_BASE can name one, or build txl with: cargo install --path crates/txl" ;;
        https://*) protocol=https ;;
        http://127.0.0.1:* | http://localhost:* | http://\[::1\]:*) protocol=http ;;
        *) fail "TXL_DOWNLOAD_BASE must begin with https://" ;;
    esac
    target=$(platform)

    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    trap 'exit 1' HUP INT TERM
    download "$base/SHA256SUMS" "$work/SHA256SUMS"
    # The line of this platform names the archive, so that the script needs no version.
    line=$(grep -E "^[0-9a-f]{64}  txl-[0-9A-Za-z.+-]+-$target\.tar\.gz\$" "$work/SHA256SUMS" || true)
    case "$line" in
        "") fail "$base has no archive for $target" ;;
        *"
"*) fail "$base/SHA256SUMS names two archives for $target" ;;
    esac
    expected=${line%%  *} archive=${line#*  }
    download "$base/$archive" "$work/$archive"
    actual=$(sha256 "$work/$archive")
    [ "$actual" = "$expected" ] ||
        fail "$archive is damaged or was replaced: its SHA-256 is $actual, but SHA256SUMS has $expected. Nothing was installed"

    tar -xzf "$work/$archive" -C "$work" || fail "cannot unpack $archive"
    from=$work/${archive%.tar.gz}
    version=$("$from/txl" --version) || fail "the binary of $archive does not run on this machine. Nothing was installed"

    put 755 "$from/txl" "$prefix/bin/txl"
    for page in "$from"/man/*.1; do put 644 "$page" "$prefix/share/man/man1/${page##*/}"; done
    put 644 "$from/completions/txl.bash" "$prefix/share/bash-completion/completions/txl"
    put 644 "$from/completions/_txl" "$prefix/share/zsh/site-functions/_txl"
    put 644 "$from/completions/txl.fish" "$prefix/share/fish/vendor_completions.d/txl.fish"

    echo "installed $version as $prefix/bin/txl"
    case ":${PATH:-}:" in
        *":$prefix/bin:"*) ;;
        *) echo "$prefix/bin is not in PATH; add it with: export PATH=\"$prefix/bin:\$PATH\"" ;;
    esac
}

# put MODE FROM TO: replaces a file in one step, so that a running program is not disturbed. A file that the archive lacks is skipped.
put() {
    [ -f "$2" ] || return 0
    mkdir -p "${3%/*}" || fail "cannot create ${3%/*}"
    if ! { cp "$2" "$3.new.$$" && chmod "$1" "$3.new.$$" && mv -f "$3.new.$$" "$3"; }; then
        rm -f "$3.new.$$"
        fail "cannot write $3"
    fi
}

# The whole script is read before anything runs, because a download of it may end early.
main "$@"
