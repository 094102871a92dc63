"""Random calls of every function of abie that the catalog lists, most of all those in C: directly, as the step, combine or final
function of somebody's own aggregate, as the aggregates they are made for, and the binary input of types by COPY. Arguments
are of random_values.py.
"""
import collections
import json
import os
import random
import subprocess

from random_values import Values, quoted

CATALOG = """
WITH member AS (
	SELECT p.* FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass
		AND d.deptype = 'e' AND e.extname = 'abie'
		JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
)
SELECT json_agg(json_build_object('signature', p.oid::regprocedure::text, 'name', format('%I.%I', n.nspname, p.proname),
	'types', ARRAY(SELECT a.type::regtype::text FROM unnest(p.proargtypes) WITH ORDINALITY a(type, place) ORDER BY place),
	'result', p.prorettype::regtype::text, 'set', p.proretset, 'kind', p.prokind, 'c', l.lanname = 'c', 'gate', p.prosrc ~ '^abie_gate',
	'immutable', p.provolatile = 'i', 'strict', p.proisstrict) ORDER BY p.oid::regprocedure::text COLLATE "C")
FROM member p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang WHERE p.prokind IN ('f', 'a')
"""
TYPES = """
SELECT json_agg(json_build_array(t.oid::regtype::text, nullif(t.typelem::regtype::text, '-'),
	ARRAY(SELECT a.atttypid::regtype::text FROM pg_attribute a
		WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum)))
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE (t.typcategory = 'A' OR t.typrelid <> 0) AND (n.nspname LIKE 'abie%' OR t.typelem <> 0 AND t.typname ~ '^_' AND t.oid < 16384)
"""
# the short texts that the extension's own functions and checks have
WORDS = """
SELECT json_agg(DISTINCT m[1]) FROM (SELECT prosrc FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
	WHERE n.nspname LIKE 'abie%' UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint
	WHERE connamespace::regnamespace::text LIKE 'abie%') s(source), regexp_matches(source, '''([A-Za-z0-9 /_.-]{1,20})''', 'g') m
"""

# a report's facts of each outcome, the same on every server on every day, with few of their lists' elements
FACTS = """
SELECT json_agg((SELECT json_object_agg(key, CASE jsonb_typeof(value) WHEN 'array' THEN jsonb_path_query_array(value, '$[0 to 4]') ELSE value END)
	FROM jsonb_each(facts || '{"data": [{"figure": "Attendance", "source": "a file", "recorded": "2026-09-01"}]}'
		#- '{run,run_by}' #- '{run,started_at}' #- '{run,finished_at}' #- '{run,server_version}')))
FROM (SELECT DISTINCT ON (f.facts ->> 'outcome') f.facts
	FROM (SELECT run_id, array_agg(urn) AS urns FROM abie_report.school_expectation WHERE run_id = 1 GROUP BY run_id) r,
		abie_internal.report_facts(r.run_id, r.urns) f ORDER BY f.facts ->> 'outcome', f.urn) s
"""


def ask(query):
    return json.loads(subprocess.run(["psql", "-X", "-At", "-c", query], check=True, capture_output=True, text=True).stdout)


def makers(functions):
    """By type of this extension, functions that give a value of it."""
    made = collections.defaultdict(list)
    for function in functions:
        if function["kind"] == "f" and function["c"] and not function["set"] and not function["gate"] and function["types"] and \
                function["result"].startswith("abie.") and not {"internal", "cstring"} & set(function["types"]):
            made[function["result"]].append((function["name"], function["types"]))
    return made


def arguments(values, types, temper, first=0):
    values.is_report = "jsonb" in types
    odd_place = values.random.randrange(len(types) + 1)
    return [values.value(kind, temper == "wild" or temper == "odd" and place == odd_place)
            for place, kind in enumerate(types) if place >= first]


def shown(function, call):
    if function["set"]:
        return f"SELECT format('%s', r) FROM {call} r LIMIT 1000"
    if function["result"] in ("trigger", "internal", "event_trigger"):
        return f"SELECT {call}"
    return f"SELECT format('%s', {call})"


def direct(values, function, temper):
    return shown(function, f"{function['name']}({', '.join(arguments(values, function['types'], temper))})")


def aggregate(values, function, temper):
    """An aggregate of the extension over rows, of groups or of a window."""
    names = [f"a{place}" for place in range(len(function["types"]))]
    rows = ", ".join("(" + ", ".join(["1"] + arguments(values, function["types"], temper)) + ")" for _ in range(values.random.randrange(1, 5)))
    over = values.random.choice(["", "", " OVER ()", " OVER (ROWS 1 PRECEDING)", " FILTER (WHERE i = 1)"])
    return f"SELECT format('%s', {function['name']}({', '.join(names)}){over}) FROM (VALUES {rows}) v({', '.join(['i'] + names)})"


def hostile_step(values, function, temper):
    """An aggregate of somebody's own, whose step is this function."""
    types = function["types"]
    without = values.random.random() < 0.3 and not (function["strict"] and types[1:2] != types[:1])
    state = "" if without else f", INITCOND = {state_text(values, types[0], temper)}"
    call = ", ".join(arguments(values, types, temper, 1))
    over = values.random.choice(["", " OVER (ORDER BY i ROWS 1 PRECEDING)"])
    return f"CREATE AGGREGATE pg_temp.hostile({', '.join(types[1:]) or '*'}) (SFUNC = {function['name']}, STYPE = {types[0]}{state}) \\; " \
        f"SELECT format('%s', pg_temp.hostile({call or '*'}){over}) FROM generate_series(1, 3) i"


def state_text(values, kind, temper):
    """A literal for a first state; NULL ones have none."""
    if values.types.get(kind, (None, None))[0]:
        text = values.array(kind, values.types[kind][0], temper != "plain", 2)
        return text[:text.rindex("::")]
    return quoted(values.text_of(kind, temper != "plain"))


def hostile_final(values, function, temper):
    """The final function of somebody's own aggregate, with any state and direct arguments."""
    kind, rest = function["types"][0], ", ".join(function["types"][1:] + ["ORDER BY integer"]).replace(", ORDER", " ORDER")
    call = ", ".join(arguments(values, function["types"], temper, 1))
    return f"CREATE FUNCTION pg_temp.keep({kind}, integer) RETURNS {kind} LANGUAGE sql AS 'SELECT $1' \\; " \
        f"CREATE AGGREGATE pg_temp.hostile({rest}) (SFUNC = pg_temp.keep, STYPE = {kind}, FINALFUNC = {function['name']}, " \
        f"INITCOND = {state_text(values, kind, temper)}) \\; " \
        f"SELECT format('%s', pg_temp.hostile({call}) WITHIN GROUP (ORDER BY i)) FROM generate_series(1, 2) i"


def hostile_combine(values, function, temper):
    """Two states of two partitions are combined."""
    kind = function["types"][0]
    one, other = (values.value(kind, temper != "plain") for _ in range(2))
    return f"CREATE FUNCTION pg_temp.keep({kind}, {kind}) RETURNS {kind} LANGUAGE sql AS 'SELECT $2' \\; " \
        f"CREATE AGGREGATE pg_temp.hostile({kind}) (SFUNC = pg_temp.keep, STYPE = {kind}, COMBINEFUNC = {function['name']}) \\; " \
        "SET LOCAL enable_partitionwise_aggregate = on \\; " \
        f"SELECT format('%s', pg_temp.hostile(CASE number WHEN 1 THEN {one} ELSE {other} END)) FROM part"


def received(values, kind, samples, folder):
    """Binary input of a type: what its output function gave, with bytes changed, lost and added."""
    value = bytearray(values.random.choice(samples))
    for _ in range(values.random.randrange(4)):
        place = values.random.randrange(len(value) + 1)
        value[place:place + values.random.randrange(3)] = bytes(
            values.random.choice([0, 255, 127, 128, values.random.randrange(256)]) for _ in range(values.random.randrange(5)))
    name = os.path.join(folder, f"{values.random.randrange(1 << 60):x}")
    with open(name, "wb") as file:
        file.write(b"PGCOPY\n\xff\r\n\0" + bytes(8) + b"\0\1" + len(value).to_bytes(4, "big") + bytes(value) + b"\xff\xff")
    column = kind.replace("abie.", "")
    return f"\\copy received_{column} from '{name}' (format binary)"


class Calls:
    def __init__(self, seed, folder):
        self.functions = ask(CATALOG)
        numbers = ask("SELECT json_agg(urn::text) FROM (SELECT urn FROM abie.school ORDER BY urn LIMIT 5) s") or ["1"]
        types = {name: (element, attributes) for name, element, attributes in ask(TYPES)}
        self.values = Values(random.Random(seed), types, sorted(ask(WORDS)), numbers, makers(self.functions), ask(FACTS) or [])
        self.c = [f for f in self.functions if f["kind"] == "f" and f["c"] and not f["gate"] and "internal" not in f["types"]]
        self.other = [f for f in self.functions if f["kind"] == "f" and (f["gate"] or not f["c"])]
        self.aggregates = [f for f in self.functions if f["kind"] == "a"]
        self.steps = [f for f in self.c if f["types"] and f["types"][0] == f["result"] and "cstring" not in f["types"]]
        self.combines = [f for f in self.steps if f["types"] == [f["result"]] * 2 and f["result"] != "anyelement"]
        self.finals = [f for f in self.c if f["types"] and not f["set"] and not {"cstring", "anyelement"} & set(f["types"])]
        self.received = sorted({f["result"] for f in self.functions if "internal" in f["types"] and f["result"] != "internal"})
        self.folder = folder
        self.samples = {kind: self.sample(kind) for kind in self.received}
        self.turn = 0

    def sample(self, kind):
        """Binary output of some values of a type."""
        send = next(f["name"] for f in self.functions if f["result"] == "bytea" and f["types"] == [kind])
        texts = {self.values.text_of(kind, False) for _ in range(20)}
        return [bytes.fromhex(x) for x in sorted(ask(
            "SELECT json_agg(encode(%s(v::%s), 'hex')) FROM (VALUES %s) t(v)" %
            (send, kind, ", ".join("(" + quoted(text) + ")" for text in sorted(texts)))))]

    def next(self):
        """A call, and the function whose answer it shows if that has to be the same everywhere."""
        values = self.values
        values.begin()
        temper = values.random.choice(["plain", "odd", "odd", "wild"])
        way = values.random.random()
        if way < 0.65:
            # each in turn
            function = self.c[self.turn % len(self.c)]
            self.turn += 1
            return direct(values, function, temper), function if function["immutable"] else None
        if way < 0.75:
            return direct(values, values.random.choice(self.other), temper), None
        if way < 0.80:
            return aggregate(values, values.random.choice(self.aggregates), temper), None
        if way < 0.87:
            return hostile_step(values, values.random.choice(self.steps), temper), None
        if way < 0.92:
            return hostile_final(values, values.random.choice(self.finals), temper), None
        if way < 0.96:
            return hostile_combine(values, values.random.choice(self.combines), temper), None
        kind = values.random.choice(self.received)
        return received(values, kind, self.samples[kind], self.folder), None
