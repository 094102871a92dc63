# Systems of Debian that have other major versions of PostgreSQL, in folders under $place kept between calls.
# Sourced after test/setup.sh; expects $place.
# shellcheck shell=bash disable=SC2154

declare -A suite=([15]=bookworm [17]=trixie [18]=forky)
# what the tests need beside the server
system_packages='libgsl-dev,pkg-config,make,gcc,clang,libipc-run-perl,python3,python3-jsonschema'

# Run a command in the system of a folder.
inside() {
	local system=$1
	shift
	as_root chroot "$place/$system" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/ LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}

# The sites that this machine has a kind of Debian's packages from.
# shellcheck disable=SC2016
site() { apt-get indextargets --format '$(SITE)' "Label: $1" | sort -u | head -n 1; }

# Add the packages of a suite to a system, and of a stable one its updates of security. The list of the suite that is still
# to be released may be one that was said to be valid for less long than it is kept.
add_suite() {
	local list=$place/$1/etc/apt/sources.list.d/$2.list options=()
	printf 'deb %s %s main\n' "$(site Debian)" "$2" | as_root tee "$list" >/dev/null
	if [ "$2" = "${suite[18]}" ]; then
		options=(-o Acquire::Check-Valid-Until=false)
	else
		printf 'deb %s %s main\n' "$(site Debian-Security)" "$2-security" | as_root tee -a "$list" >/dev/null
	fi
	inside "$1" apt-get "${options[@]}" -qq update
}

# Make the system of a version, if it is not there, with what the tests need.
make_system() {
	local version=$1 packages
	packages=postgresql-$version,postgresql-server-dev-$version,postgresql-$version-cron,$system_packages
	[ "$(cat "$place/$version/made" 2>/dev/null)" != "$packages" ] || return 0
	if [ ! -e "$place/$version/made" ]; then
		say "PostgreSQL $version: Debian ${suite[$version]}"
		as_root rm -rf "${place:?}/$version"
		as_root mkdir -p "$place/$version"
		# this machine's debootstrap may not know the suite by its name; all are made alike
		as_root debootstrap --variant=minbase "${suite[$version]}" "$place/$version" "$(site Debian)" /usr/share/debootstrap/scripts/sid
	fi
	as_root rm -f "$place/$version/etc/apt/sources.list"
	add_suite "$version" "${suite[$version]}"
	# what packages do when they are installed may look into it
	mount_proc "$version"
	inside "$version" apt-get -qq -y install --no-install-recommends ${packages//,/ }
	printf %s "$packages" | as_root tee "$place/$version/made" >/dev/null
}

# The tree in a system, at /abie, for any of its users.
put_tree() {
	as_root rm -rf "$place/$1/abie"
	copy_tree "$work/$1"
	as_root cp -r "$work/$1" "$place/$1/abie"
	inside "$1" chown -R postgres /abie
	mount_proc "$1"
}

mount_proc() { mountpoint -q "$place/$1/proc" || as_root mount -t proc proc "$place/$1/proc"; }

take_down() { as_root umount "$place"/*/proc 2>/dev/null || true; }
