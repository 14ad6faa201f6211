#!/bin/sh
# Installs the binary of a release of Sluice for Linux or macOS, after comparing it with the release's checksums.
# The release puts its own repository and version in here.
#
#   SLUICE_INSTALL      folder that the binary goes into (default: ~/.local/bin)
#   SLUICE_VERSION      version to install, e.g. 0.1.0 (default: the one this script was released with)
#   SLUICE_REPOSITORY   repository of the releases, as owner/name
#   SLUICE_DOWNLOAD     address of the folder with the files, in place of a release on GitHub
set -eu

repository=${SLUICE_REPOSITORY:-"@REPOSITORY@"}
version=${SLUICE_VERSION:-"@VERSION@"}
folder=${SLUICE_INSTALL:-"$HOME/.local/bin"}

fail() {
  echo "Cannot install Sluice: $1" >&2
  echo "  next: $2" >&2
  exit 1
}

case "$(uname -s)-$(uname -m)" in
  Linux-x86_64 | Linux-amd64) file=sluice-linux-x64 ;;
  Linux-aarch64 | Linux-arm64) file=sluice-linux-arm64 ;;
  Darwin-x86_64) file=sluice-macos-x64 ;;
  Darwin-arm64) file=sluice-macos-arm64 ;;
  *) fail "there is no binary for $(uname -s) on $(uname -m)" "run it with Deno instead" ;;
esac

case "$repository$version" in
  *@*) fail "it is not known which release is meant" "take install.sh from a release, or set SLUICE_REPOSITORY and SLUICE_VERSION" ;;
esac
source=${SLUICE_DOWNLOAD:-"https://github.com/$repository/releases/download/v$version"}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' INT TERM

download() {
  if command -v curl >/dev/null 2>&1; then
    curl --fail --silent --show-error --location --output "$scratch/$1" "$source/$1"
  elif command -v wget >/dev/null 2>&1; then
    wget -q -O "$scratch/$1" "$source/$1"
  else
    fail "there is neither curl nor wget" "install one of them"
  fi || fail "$source/$1 cannot be downloaded" "check the network and the version"
}

download SHA256SUMS
download "$file"

wanted=$(awk -v file="$file" '$2 == file || $2 == "*" file { print $1 }' "$scratch/SHA256SUMS")
if command -v sha256sum >/dev/null 2>&1; then
  found=$(sha256sum "$scratch/$file" | cut -d' ' -f1)
elif command -v shasum >/dev/null 2>&1; then
  found=$(shasum -a 256 "$scratch/$file" | cut -d' ' -f1)
else
  fail "there is neither sha256sum nor shasum to compare the file with its checksum" "install one of them"
fi
if [ -z "$wanted" ] || [ "$wanted" != "$found" ]; then
  fail "$file is not what was released: its checksum is another one" "try again; if it stays so, report it and do not run the file"
fi

mkdir -p "$folder"
chmod 755 "$scratch/$file"
# Into place in one step, so that a copy that is running now is not disturbed.
mv "$scratch/$file" "$folder/.sluice.new"
mv "$folder/.sluice.new" "$folder/sluice"
echo "Installed $("$folder/sluice" --version) as $folder/sluice"
case ":$PATH:" in
  *":$folder:"*) ;;
  *) echo "$folder is not in your PATH; add it with: export PATH=\"$folder:\$PATH\"" ;;
esac
