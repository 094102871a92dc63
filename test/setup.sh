# Set-up shared by test/check and test/demo. Sourced by bash; expects $root, the source tree.
# shellcheck shell=bash disable=SC2154

# the same everywhere, whatever is set or not: a cluster made here takes its encoding from it
export LANG=C.UTF-8 LC_ALL=C.UTF-8

# The server's major version: this Debian's, if not said.
# shellcheck disable=SC2034 # for the scripts that source this
PG_VERSION=${PG_VERSION:-$(. /etc/os-release && case ${VERSION_ID:-} in 12) echo 15 ;; 13) echo 17 ;; *) echo 18 ;; esac)}

say() { printf '%s\n' "== $*"; }

fail() {
	printf '%s\n' "${0##*/}: $*" >&2
	exit 1
}

# Run a command as root: as it is, or by sudo.
as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# Run a command as another user.
as_user() {
	local user=$1
	shift
	if [ "$(id -u)" = 0 ]; then runuser -u "$user" -- "$@"; else sudo -u "$user" "$@"; fi
}

# Install those of the Debian packages that are not there.
install_packages() {
	local missing=() package
	for package in "$@"; do
		if ! dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$'; then
			missing+=("$package")
		fi
	done
	if [ ${#missing[@]} = 0 ]; then
		say "all Debian packages needed are installed"
		return
	fi
	say "installing from Debian: ${missing[*]}"
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y install "${missing[@]}" >/dev/null
}

# Copy the source tree, without what a build leaves, so that nothing is built inside it.
copy_tree() {
	mkdir -p "$1"
	local version
	version=$(sed -n "s/^default_version = '\(.*\)'/\1/p" "$root/abie.control")
	tar -C "$root" --exclude=./.git --exclude='*.o' --exclude='*.so' --exclude='*.bc' --exclude="./sql/abie--$version.sql" --exclude=./test/results -cf - . |
		tar -C "$1" -xf -
}

# A copy of the packaged server under $work, so that installing abie does not touch the system's.
# The server finds its files relative to its own place.
copy_server() {
	local directory
	for directory in /usr/lib/postgresql/$PG_VERSION /usr/share/postgresql/$PG_VERSION /usr/include/postgresql; do
		mkdir -p "$work/server${directory%/*}"
		cp -a "$directory" "$work/server${directory%/*}/"
	done
	PATH=$work/server/usr/lib/postgresql/$PG_VERSION/bin:$PATH
	export PATH
}
