#!/usr/bin/env bash
# Installs the Debian packages that firesweep needs and that are missing.
#
#   tools/install_packages.sh [GROUP...]      groups: build (default), web, browser, check, fuzz, slurm, bench
#
# build  compile, test and run firesweep
# web    node and npm, which make the report page and draw SVG pictures
# browser  Chromium, for the tests of the report page
# check  formatting, static analysis and sanitizers (clang), odd pictures, as CI runs them
# fuzz   clang's fuzzer and sanitizers
# slurm  a Slurm of virtual nodes, for the tests of clusters
# study  the pictures of configs/clipart.yaml
# bench  the Python baselines that bench/ compares with firesweep
#
# Asks dpkg first, so a second call takes milliseconds and needs no network.
set -euo pipefail

build=(g++ cmake ninja-build ccache pkg-config
       libtorch-dev libopenblas0-pthread libjemalloc-dev
       libyaml-cpp-dev nlohmann-json3-dev libfmt-dev libcli11-dev libxxhash-dev libutfcpp-dev zlib1g-dev libarchive-dev libboost-math-dev libeigen3-dev libhwy-dev libdnnl-dev ocl-icd-opencl-dev
       libjpeg-dev libpng-dev libwebp-dev libgif-dev
       catch2 dataset-fashion-mnist python3-jsonschema python3-pil)
browser=(chromium)
check=(clang clang-format clang-tidy libclang-rt-dev libomp-dev libjxl-testdata)
fuzz=(clang libclang-rt-dev)
study=(openclipart-png python3)
slurm=(slurmctld slurmd slurm-client slurm-wlm-basic-plugins munge util-linux python3)
bench=(python3 python3-torch python3-torchvision python3-optuna python3-pil python3-opencv python3-yaml
       libjxl-testdata
       libopenblas0-pthread libjemalloc2 dataset-fashion-mnist util-linux)

[ $# -gt 0 ] || set -- build
# node 18 or newer and npm from any source will do.
web=()
node_major=$(node --version 2>/dev/null | sed -E 's/^v([0-9]+).*/\1/' || true)
if [ "${node_major:-0}" -lt 18 ] || ! command -v npm >/dev/null; then
  web=(nodejs npm)
fi

wanted=()
for group in "$@"; do
  case "$group" in
    build) wanted+=("${build[@]}") ;;
    web) wanted+=("${web[@]}") ;;
    browser) wanted+=("${browser[@]}") ;;
    check) wanted+=("${check[@]}") ;;
    fuzz) wanted+=("${fuzz[@]}") ;;
    slurm) wanted+=("${slurm[@]}") ;;
    study) wanted+=("${study[@]}") ;;
    bench) wanted+=("${bench[@]}") ;;
    *) echo "install_packages: unknown group '$group'; expected build, web, browser, check, fuzz, slurm, study, bench" >&2; exit 2 ;;
  esac
done

missing=()
for package in "${wanted[@]}"; do
  status=$(dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null || true)
  # Installed, held or not, for one architecture or several.
  [[ "$status" == ?i* ]] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "install_packages: these packages are missing and need root or sudo to install:" >&2
    echo "  apt-get install ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

echo "Installing ${#missing[@]} packages: ${missing[*]}" >&2
install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive
         apt-get install -y -q --no-install-recommends "${missing[@]}")
# Package lists may be absent or stale: refresh them once, and only if the first try fails.
"${install[@]}" >&2 || { "${as_root[@]}" apt-get update -q >&2 && "${install[@]}" >&2; }
