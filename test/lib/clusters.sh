# Clusters of the server in PATH, in $work, and what is run on them. Sourced after test/setup.sh; expects $work and $root.
# shellcheck shell=bash disable=SC2154

# Run a command as the server's user.
run_inside() {
	as_user postgres env PATH="$PATH" HOME="$work" TMPDIR="$work" LANG="$LANG" PGHOST="$work" PGUSER=postgres \
		${ASAN_OPTIONS:+"ASAN_OPTIONS=$ASAN_OPTIONS"} "$@"
}

# Make a cluster; its name is its port too.
make_cluster() {
	run_inside initdb -D "$work/$1" -A trust -E UTF8 --locale=C.UTF-8 >/dev/null
	as_user postgres tee -a "$work/$1/postgresql.conf" >/dev/null <<-END
		listen_addresses = ''
		unix_socket_directories = '$work'
		port = $1
		fsync = off
		max_worker_processes = 16
		log_min_messages = fatal
	END
}

# Start it under a command, if one is said; errors of memory are in its log.
start_cluster() {
	local port=$1
	shift
	run_inside "$@" postgres -D "$work/$port" >"$work/$port.log" 2>&1 &
	servers+=($!)
	for ((i = 0; i < 600; i++)); do
		if run_inside psql -X -q -p "$port" -d postgres -c '' 2>/dev/null; then return 0; fi
		sleep 0.5
	done
	tail -n 40 "$work/$port.log"
	fail 'the server does not start'
}

stop_cluster() { run_inside pg_ctl -D "$work/$1" -m fast -w -t 600 stop >/dev/null; }

servers=()
stop_all() {
	local cluster
	for cluster in "$work"/*/postmaster.pid; do
		[ ! -e "$cluster" ] || run_inside pg_ctl -D "${cluster%/*}" -m immediate stop >/dev/null 2>&1 || true
	done
	as_root rm -rf "$work"
}

# Regression and concurrency tests, or those said, on a cluster; how many passed, and what differs.
regression() {
	local port=$1 result=0
	shift
	run_inside make -C "$work/tree" installcheck TAP_TESTS= "PGPORT=$port" "$@" >"$work/regress.log" 2>&1 || result=1
	printf '%d regression and concurrency tests passed, %d failed\n' \
		"$(grep -cE '^test .* \.\.\. ok|^ok [0-9]' "$work/regress.log")" "$(grep -cE '^test .* \.\.\. FAILED|^not ok' "$work/regress.log")"
	[ "$result" = 0 ] || { tail -n 20 "$work/regress.log"; head -n 200 "$work"/tree/{test/results,output_iso}/regression.diffs 2>/dev/null; }
	return "$result"
}

# Random calls in a database with a run of the demonstration.
random_calls() {
	local port=$1 calls=$2 seed=$3 seconds=$4
	run_inside createdb -p "$port" random
	run_inside psql -X -q -p "$port" -d random -c 'CREATE EXTENSION abie' -c 'SELECT abie.load_demo(300)' \
		-c 'CALL abie.calculate(abie.next_target_year(), run_id => NULL)' >/dev/null
	run_inside env "PGPORT=$port" PGDATABASE=random python3 "$work/tree/test/lib/call_at_random.py" "$calls" "$seed" "$seconds"
}
