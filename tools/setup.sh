# Sourced by tools/hubspec, tools/test and tools/check: the machine and the build. Not for running by itself.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*" >&2; }

# packages SECTION: the names in tools/packages.txt; SECTION is "build" or "all".
packages() {
    if [ "$1" = all ]; then grep -v -e '^#' -e '^---' "$root/tools/packages.txt"
    else sed -n '/^---/q;/^#/!p' "$root/tools/packages.txt"; fi
}

# A package counts as there when dpkg has it, or when what it is for came from elsewhere (a newer Node.js, say).
has_package() {
    case "$1" in
        nodejs) command -v node >/dev/null && return 0 ;;
        npm) command -v npm >/dev/null && return 0 ;;
    esac
    case "$(dpkg-query -W -f '${Status}' "$1" 2>/dev/null)" in *"ok installed") return 0 ;; esac
    return 1
}

# install_missing SECTION: installs what the list names and the machine lacks; without root it prints the command and stops.
# The answer is kept in build/, so that a later start does not ask again until the list changes.
install_missing() {
    local stamp="$root/build/.packages-$1"
    [ -e "$stamp" ] && [ "$stamp" -nt "$root/tools/packages.txt" ] && return 0
    if ! command -v dpkg-query >/dev/null; then
        say "hubspec: this is no Debian system; install the equivalents of tools/packages.txt yourself, then: mkdir -p build && touch build/.packages-$1"
        exit 3
    fi
    local missing=() package
    for package in $(packages "$1"); do has_package "$package" || missing+=("$package"); done
    if [ "${#missing[@]}" -gt 0 ]; then
        local command="apt-get install --no-install-recommends -y ${missing[*]}"
        if [ "$(id -u)" -ne 0 ]; then
            say "hubspec: packages are missing. Run this once, then try again:"
            say "  sudo apt-get update && sudo $command"
            exit 3
        fi
        say "hubspec: installing ${#missing[@]} packages (once)"
        local log
        log=$(mktemp)
        if ! { apt-get update && DEBIAN_FRONTEND=noninteractive $command; } >"$log" 2>&1; then
            tail -n 20 "$log" >&2
            say "hubspec: the packages could not be installed; the command was: $command"
            exit 3
        fi
        rm -f "$log"
    fi
    mkdir -p "$root/build" && touch "$stamp"
}

# build_preset PRESET TARGET...: configures when needed and builds; quiet unless it fails or takes long.
build_preset() {
    local preset=$1
    shift
    local directory="$root/build/$preset"
    if [ ! -e "$directory/build.ninja" ]; then
        say "hubspec: configuring ($preset)"
        local extra=()
        command -v ccache >/dev/null && extra=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache) || extra=(-DCMAKE_CXX_COMPILER_LAUNCHER=)
        (cd "$root" && cmake --preset "$preset" "${extra[@]}") >"$root/build/$preset.log" 2>&1 || {
            tail -n 30 "$root/build/$preset.log" >&2
            say "hubspec: configuring failed; the whole log is build/$preset.log"
            exit 3
        }
    fi
    ninja -C "$directory" "$@" >"$root/build/$preset.log" 2>&1 || {
        grep -A12 -e FAILED -e error "$root/build/$preset.log" | head -n 60 >&2
        say "hubspec: building failed; the whole log is build/$preset.log"
        exit 3
    }
}
