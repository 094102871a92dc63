"""Call abie's functions at random: call_at_random.py CALLS [SEED [SECONDS]], in the database of PG*, which has the extension.

Every call is rolled back, and cancelled after SECONDS (5). An error is what a call may raise; a report is what none may: a lost
connection, an internal error (class XX), a warning of memory or of what is left open, a call that goes on six times as long
as it was to be cancelled after. Reports are printed with their calls.

The last lines are a digest of the answers of immutable functions in C, which every server and compiler has to give, and
"N calls, M errors raised, R reports". Ends with 1 if there are reports.
"""
import collections
import hashlib
import os
import re
import subprocess
import sys
import tempfile
import time

from random_calls import Calls

BATCH = 200
SESSION = """\\set QUIET 1
\\pset tuples_only on
\\pset format unaligned
\\set VERBOSITY verbose
\\set SHOW_CONTEXT never
SET statement_timeout = '{seconds}s';
SET jit = off;
CREATE TEMP TABLE part (number integer) PARTITION BY LIST (number);
CREATE TEMP TABLE part_1 PARTITION OF part FOR VALUES IN (1);
CREATE TEMP TABLE part_2 PARTITION OF part FOR VALUES IN (2);
INSERT INTO part SELECT 1 + i % 2 FROM generate_series(1, 200) i;
ANALYZE part;
{tables}
\\timing on
"""
WARNING = re.compile(r"leak|problem in|detected write past|still referenced")


class Tally:
    """What came of the calls."""

    def __init__(self):
        self.calls = 0
        self.states = collections.Counter()
        self.reports = []
        self.answers = hashlib.sha256()
        self.slowest = (0, "")

    def report(self, what, call):
        self.reports.append(what)
        print(f"report: {what}\n\t{call[:3000]}", flush=True)


def write_batch(file, calls, received, seconds):
    tables = "\n".join(f"CREATE TEMP TABLE received_{kind.split('.')[1]} (v {kind});" for kind in received)
    head = SESSION.format(seconds=seconds, tables=tables)
    file.write(head)
    for place, (call, _) in enumerate(calls):
        file.write(f"\\echo @{place}\n{call}{'' if call.startswith(chr(92)) else ' ' + chr(92) + '; ROLLBACK;'}\n")
    file.write(f"\\echo @{len(calls)}\n")
    file.write("\n".join(f"SELECT count(format('%s', v)) FROM received_{kind.split('.')[1]};" for kind in received) + "\n")
    file.flush()
    return head.count("\n")


def errors_of(text, head):
    """What psql said, by the place of the call: SQLSTATE and message; warnings that matter, too."""
    errors, warnings = {}, []
    for line, severity, state, message in re.findall(r"^psql:[^:\n]*:(\d+): (\w+): +([0-9A-Z]{5}): (.*)", text, re.M):
        place = (int(line) - head) // 2 - 1
        if severity == "WARNING" and WARNING.search(message):
            warnings.append((place, message))
        elif severity in ("ERROR", "FATAL", "PANIC"):
            errors[place] = (state, message)
    return errors, warnings


def answers_of(text):
    """What each call answered and how long it took, in milliseconds, by its place."""
    parts = re.split(r"^@(\d+)\n", text, flags=re.M)
    answers = {}
    for place, body in zip(parts[1::2], parts[2::2]):
        times = [float(t) for t in re.findall(r"^Time: ([0-9.]+) ms", body, re.M)]
        answers[int(place)] = (re.sub(r"^Time: .*\n", "", body, flags=re.M), max(times, default=0))
    return answers


def wait_for_server():
    for _ in range(600):
        if subprocess.run(["psql", "-X", "-At", "-c", "SELECT 1"], capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.2)
    sys.exit("the server does not come back")


def judge(tally, calls, answers, errors, seconds):
    """Count a batch, as far as it came."""
    for place, (call, function) in enumerate(calls):
        if place not in answers:
            break
        answer, took = answers[place]
        state, message = errors.get(place, ("", ""))
        tally.calls += 1
        tally.states[state] += 1
        tally.slowest = max(tally.slowest, (took, call[:200]))
        if state.startswith("XX"):
            tally.report(f"{state} {message}", call)
        if took > 6000 * seconds:
            tally.report(f"took {took / 1000:.0f} s", call)
        if function and state != "57014":
            tally.answers.update(f"{function['signature']}\0{state}\0{answer}\0".encode())


def run_batch(tally, calls, source, seconds, folder):
    with open(os.path.join(folder, "batch.sql"), "w", encoding="utf-8") as file:
        head = write_batch(file, calls, source.received, seconds)
    with subprocess.Popen(["psql", "-X", "-f", file.name], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, errors="surrogateescape") as psql:
        out, err = psql.communicate()
    errors, warnings = errors_of(err, head)
    answers = answers_of(out)
    judge(tally, calls, answers, errors, seconds)
    for place, message in warnings:
        tally.report(message, calls[min(max(place, 0), len(calls) - 1)][0])
    if len(calls) not in answers:
        tally.report("connection lost: " + err[-600:], calls[max(answers, default=0)][0])
        wait_for_server()
    elif len(calls) in errors:
        tally.report(f"what was received cannot be shown: {errors[len(calls)]}", "")


def main():
    number, seed, seconds = (int(x) for x in (sys.argv[1:] + ["1", "5"][len(sys.argv) - 2:])[:3])
    print(f"{number} random calls of abie's functions, seed {seed}", flush=True)
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        source = Calls(seed, folder)
        for begin in range(0, number, BATCH):
            run_batch(tally, [source.next() for _ in range(min(BATCH, number - begin))], source, seconds, folder)
    errors = sum(count for state, count in tally.states.items() if state)
    print("errors raised: " + ", ".join(f"{state} {count}" for state, count in sorted(tally.states.items()) if state))
    print(f"slowest: {tally.slowest[0]:.0f} ms: {tally.slowest[1]}")
    print(f"digest of answers: {tally.answers.hexdigest()[:16]}")
    print(f"{tally.calls} calls, {errors} errors raised, {len(tally.reports)} reports")
    sys.exit(1 if tally.reports else 0)


main()
