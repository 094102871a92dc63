"""What gcov counted, by file: coverage.py FILE.gcda... prints a table of lines and branches, and to standard error each line or
branch that nothing reached.

Not counted are branches of lines with macros of the server that have branches inside: interrupts, the level that an error is reported
at, assertions, how a value is stored. Header lines count with each file that includes them, and are summed up.
"""
import collections
import json
import re
import subprocess
import sys

SERVERS = re.compile(r"\b(CHECK_FOR_INTERRUPTS|ereport|elog|Assert|PG_FREE_IF_COPY|PG_RETURN_\w+|PG_FUNCTION_INFO_V1|VAR(SIZE|DATA)_ANY\w*|"
                     r"VARATT_\w+|ARR_\w+)\b")


def counted(names):
    """Executions of each line, and of the ways out of it, summed over objects: file -> line -> (count, [count of way])."""
    files = collections.defaultdict(dict)
    for name in names:
        text = subprocess.run(["gcov", "--branch-probabilities", "--json-format", "--stdout", name], check=True, capture_output=True, text=True).stdout
        for row in (json.loads(line) for line in text.splitlines() if line.strip()):
            for file in row["files"]:
                if file["file"].startswith("src/"):
                    add(files[file["file"]], file["lines"])
    return files


def add(known, lines):
    for line in lines:
        ways = [branch["count"] for branch in line["branches"]]
        count, before = known.get(line["line_number"], (0, []))
        if len(before) == len(ways):
            ways = [x + y for x, y in zip(before, ways)]
        known[line["line_number"]] = (count + line["count"], max(before, ways, key=len) if len(before) != len(ways) else ways)


def rates(name, lines):
    """Lines, lines reached, branches, branches reached; prints what was not."""
    with open(name, encoding="utf-8") as file:
        source = file.read().split("\n")
    result = [0, 0, 0, 0]
    for number, (count, ways) in sorted(lines.items()):
        text = source[number - 1]
        ways = [] if SERVERS.search(text) else ways
        result = [x + y for x, y in zip(result, [1, count > 0, len(ways), sum(way > 0 for way in ways)])]
        if count == 0 or 0 in ways:
            missed = "never" if count == 0 else f"{sum(way == 0 for way in ways)} of {len(ways)} ways never"
            print(f"{name}:{number}: {missed}: {text.strip()}", file=sys.stderr)
    return result


def show(name, lines, reached, branches, taken):
    share = [100 * part / whole if whole else 100 for part, whole in ((reached, lines), (taken, branches))]
    print(f"{name:32} {lines:6} {share[0]:6.1f} % {branches:6} {share[1]:6.1f} %")


def main():
    print(f"{'file':32} {'lines':>6} {'reached':>8} {'branches':>6} {'taken':>6}")
    total = [0, 0, 0, 0]
    for name, lines in sorted(counted(sys.argv[1:]).items()):
        result = rates(name, lines)
        total = [x + y for x, y in zip(total, result)]
        show(name, *result)
    show("all", *total)


main()
