# Servers that see errors of memory, built from Debian's source of PostgreSQL, kept in $place between calls.
# Sourced by test/sanitize and test/valgrind after test/setup.sh and test/lib/clusters.sh; expects $place.
# shellcheck shell=bash disable=SC2154

# What a server is built with: each has assertions.
declare -A server_cflags=(
	[sanitize]='-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined'
	[valgrind]='-Og -g -fno-omit-frame-pointer'
)
declare -A server_ldflags=([sanitize]='-fsanitize=address,undefined' [valgrind]='')
declare -A server_cppflags=([sanitize]='' [valgrind]='-DUSE_VALGRIND')

# The server's source as its authors publish it, of the newest version whose files Debian has.
fetch_source() {
	local options version
	[ ! -e "$place/postgresql.tar.bz2" ] || return 0
	say "source of PostgreSQL $PG_VERSION"
	mkdir -p "$place/lists/partial" "$place/download"
	apt-get indextargets --format 'deb-src $(SITE) $(CODENAME) main' 'Label: Debian' >"$place/sources.list"
	apt-get indextargets --format 'deb-src $(SITE) $(CODENAME) main' 'Label: Debian-Security' >>"$place/sources.list"
	options=(-o "Dir::Etc::sourcelist=$place/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$place/lists" -qq)
	as_root apt-get "${options[@]}" update
	for version in $(apt-cache "${options[@]}" showsrc --only-source "postgresql-$PG_VERSION" | sed -n 's/^Version: //p' | sort -rV); do
		(cd "$place/download" && apt-get "${options[@]}" source --download-only "postgresql-$PG_VERSION=$version") >/dev/null 2>&1 || true
		if mv "$place/download"/*.orig.tar.bz2 "$place/postgresql.tar.bz2" 2>/dev/null; then return 0; fi
	done
	fail "no source of postgresql-$PG_VERSION could be had"
}

# AddressSanitizer watches malloc, not what a memory context hands out of one: each piece is to be a malloc of its own.
# Valgrind is told of the pieces by the server itself.
one_malloc_a_piece() {
	local file=$1/src/backend/utils/mmgr/aset.c
	sed -i -e 's/^\tset->allocChunkLimit = ALLOC_CHUNK_LIMIT;/\tset->allocChunkLimit = 0;/' \
		-e '/^AllocSetAlloc(/,/^}/ s/^\tAssertArg(AllocSetIsValid(set));/&\n\tsize = Max(size, 1);/' "$file"
	[ "$(grep -cE '^	(set->allocChunkLimit = 0|size = Max\(size, 1\));' "$file")" = 2 ] ||
		fail "this version's memory contexts are not those expected"
}

# Build a server of a kind, if it is not there.
make_server() {
	local kind=$1 source=$place/$1-source
	[ ! -e "$place/$kind/made" ] || return 0
	say "building the server ($kind)"
	rm -rf "$source" "${place:?}/$kind"
	mkdir -p "$source"
	tar -C "$source" --strip-components=1 -xjf "$place/postgresql.tar.bz2"
	[ "$kind" != sanitize ] || one_malloc_a_piece "$source"
	# the programs that a build runs, and the server asked for its settings, leave memory to the system
	(cd "$source" && export ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0 &&
		./configure --prefix="$place/$kind" --enable-cassert --enable-debug --enable-tap-tests --with-libxml --without-readline \
			--without-zlib "CPPFLAGS=${server_cppflags[$kind]}" "CFLAGS=${server_cflags[$kind]}" \
			"LDFLAGS=${server_ldflags[$kind]}" &&
		make -s -j 2 && make -s install && make -s -C src/test/isolation install && make -s -C contrib/cube install) \
		>"$place/$kind.log" 2>&1 ||
		{ tail -n 40 "$place/$kind.log"; fail "the server cannot be built"; }
	cp "$source/src/tools/valgrind.supp" "$place/$kind/"
	rm -rf "$source"
	touch "$place/$kind/made"
}

# Prepare a server of a kind with abie in it, built so that an overflow is seen: the server wraps, abie must not depend on it.
prepare() {
	local kind=$1
	install_packages bison flex gcc make libgsl-dev pkg-config libipc-run-perl perl python3 valgrind bzip2 libxml2-dev
	mkdir -p "$place"
	fetch_source
	make_server "$kind"
	work=$(mktemp -d "/tmp/abie-$kind.XXXXXX")
	trap 'stop_all' EXIT
	chmod 755 "$work"
	PATH=$place/$kind/bin:$PATH
	export PATH ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0
	copy_tree "$work/tree"
	make -s -j 2 -C "$work/tree" COPT="-Wall -Wextra -Werror ${2:-}"
	make -s -C "$work/tree" install
	as_root chown -R postgres "$work"
}
