"""Random values of every type that an argument of abie has, as SQL expressions: plain, odd, or wild.

A call has a temper. Plain: every value is one that a user could mean, no NULL. Odd: one value of the call is not. Wild: none
need be. Arrays of a call mostly have the same number of elements, so that calls get past the checks of lengths. Where JSON is the
facts of a report, it mostly is those of one, and texts are formats.
"""
import copy
import json

CODES = list("/\\LKVPWBJCDEFHIMRSTGNOUQXYZ#-") + ["C1", "C2", "J1", "Y1", "Y4", "Y7", "X01", "I02", "X09"]
INTEGERS = {"smallint": 1 << 15, "integer": 1 << 31, "bigint": 1 << 63}
FLOATS = ["NaN", "Infinity", "-Infinity", "0", "-0", "1e308", "-1e308", "5e-324", "1e-300", "-1", "0.1", "1e15"]
DATES = ["-infinity", "infinity", "0044-03-15 BC", "4713-01-01 BC", "5874897-12-31", "9999-12-31", "0001-01-01", "2025-02-29"]
MONDAYS = ["2011-08-29", "2018-09-03", "2023-09-04", "2024-09-02", "2025-09-01", "2026-01-05"]
JSON = ['{}', '[]', 'null', '1e400', '""', '{"+": "X01", "": null}', '[[]]', '{"a": [1, null, {"b": -1}]}', '{"H": "C"}', '[1, "x"]']
# what a member of a report's facts is replaced by
MEMBERS = [None, "", "x", True, [], {}, [[]], [1, "x"], {"a": 1}, 0, 1, -1, 0.5, 1e15, 1e308, -1e308, 5e-324, 1 << 31, 1 << 63, "NaN",
           "Infinity", "-1e308", "2018/20", "2026-13-01", "\u202e<b>&\"'|", "é" * 5000, "school not there"]
STATES = ["0 0 0 0 0 0", "1 0 0 0 0 0 /:190 \\:190", "2 1 1 20 10 5 /:190 I:20 O:15", "1000000000000000 0 0 0 0 0 /:1000000000000000"]
WEEKS = ["0 0 0 0 0 0; 0 0 0;"] + [
    f"1 0 0 0 0 0 /:2; 0 0 4; {day}:1 2" + " 0" * 24 for day in ("2025-09-01", "2035-09-03", "1990-01-01")]


def quoted(text):
    """A text as SQL has it, on one line."""
    if "\n" in text:
        return "E'" + text.replace("\\", "\\\\").replace("'", "''").replace("\n", "\\n") + "'"
    return "'" + text.replace("'", "''") + "'"


def places_of(value):
    """Where the values within a JSON value are, as (container, key)."""
    keys = sorted(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else []
    return [place for key in keys for place in [(value, key)] + places_of(value[key])]


def literal(text, kind):
    return f"{quoted(text)}::{kind}"


class Values:
    """Values by type. types: name -> (element type, attribute types) from the catalog; words and numbers: what the extension knows;
    made: type -> functions that give one, as (name, types of arguments); reports: facts of reports."""

    def __init__(self, source, types, words, numbers, made, reports):
        self.random = source
        self.types, self.words, self.numbers, self.made, self.reports = types, words, numbers, made, reports
        self.length = self.width = 3
        self.is_report = False

    def begin(self):
        """Lengths that the arrays of the next call mostly have."""
        self.is_report = False
        self.length = self.random.choice([0, 1, 2, 3, 3, 4, 6, 12, 12, 40, 200])
        self.width = self.random.choice([1, 1, 2, 3])

    def value(self, kind, odd, depth=0):
        if odd and self.random.random() < 0.15:
            return f"NULL::{kind}"
        element, attributes = self.types.get(kind, (None, None))
        if element:
            return self.array(kind, element, odd, depth)
        if attributes and self.random.random() < 0.8:
            return "ROW(" + ", ".join(self.value(a, odd, depth + 1) for a in attributes) + f")::{kind}"
        if depth < 2 and kind in self.made and self.random.random() < 0.3:
            name, arguments = self.random.choice(self.made[kind])
            return f"{name}(" + ", ".join(self.value(a, odd, depth + 1) for a in arguments) + ")"
        return self.scalar(kind, odd)

    def array(self, kind, element, odd, depth):
        count = self.length * (self.width if self.random.random() < 0.3 else 1)
        if odd:
            count = self.random.choice([0, 1, count, count + 1, self.random.randrange(8)])
        if self.types.get(element, (None, None))[1]:
            return "ARRAY[" + ", ".join(self.value(element, odd, depth + 1) for _ in range(min(count, 4))) + f"]::{kind}"
        text = [self.element(element, odd) for _ in range(count)]
        shape = self.random.random() if odd else 1
        if shape < 0.15 and count % 2 == 0 and count > 0:
            half = count // 2
            return literal("{{" + ",".join(text[:half]) + "},{" + ",".join(text[half:]) + "}}", kind)
        first = self.random.choice([0, -3, 5, 2147483647 - count, -2147483648]) if shape < 0.3 and count > 0 else None
        bounds = "" if first is None else f"[{first}:{first + count - 1}]="
        return literal(bounds + "{" + ",".join(text) + "}", kind)

    def element(self, kind, odd):
        """An element as array input reads it."""
        if odd and self.random.random() < 0.1:
            return "NULL"
        return '"' + self.text_of(kind, odd).replace("\\", "\\\\").replace('"', '\\"') + '"'

    def scalar(self, kind, odd):
        if kind in ("anyelement", "any"):
            kind = self.random.choice(["integer", "double precision", "text", "date", "abie.register"])
        if kind == "internal":
            return "NULL::internal"
        if kind in ("record", "anyarray", "trigger", "void"):
            return "ROW(1, NULL)" if kind == "record" else "NULL"
        return literal(self.text_of(kind, odd), kind)

    def text_of(self, kind, odd):
        if kind in INTEGERS:
            return str(self.integer(kind, odd))
        method = {"double precision": self.float, "numeric": self.float, "boolean": self.boolean, "date": self.date,
                  "timestamp with time zone": self.date, '"char"': self.letter, "jsonb": self.json,
                  "abie.register": self.register, "abie.tally": self.tally, "abie.absence_state": self.state,
                  "abie.absence_weeks": self.weeks, "oid": self.oid, "regclass": self.relation, "regrole": self.role,
                  "abie.academic_year": self.year, "bytea": self.bytes}.get(kind, self.text)
        return method(odd)

    def integer(self, kind, odd):
        limit = INTEGERS[kind]
        if odd and self.random.random() < 0.6:
            return self.random.choice([0, -1, -limit, limit - 1, limit // 2, self.random.randrange(-limit, limit)])
        if self.random.random() < 0.4:
            return self.random.choice(self.numbers)
        return self.random.choice([1, 2, 3, self.random.randrange(1, 12), self.random.randrange(1, 400)])

    def float(self, odd):
        if odd and self.random.random() < 0.5:
            return self.random.choice(FLOATS)
        return repr(self.random.choice([self.random.random(), self.random.gauss(90, 5), float(self.random.randrange(1, 50))]))

    def boolean(self, odd):
        return self.random.choice(["true", "false"])

    def date(self, odd):
        if odd and self.random.random() < 0.6:
            return self.random.choice(DATES[:-1])
        return f"{self.random.choice([2011, 2018, 2023, 2024, 2024, 2025, 2025])}-{self.random.randrange(1, 13):02}-{self.random.randrange(1, 29):02}"

    def letter(self, odd):
        return self.random.choice(["", "\\200", "?", "a"] if odd else CODES[:24])

    def facts(self, odd):
        """Facts of a report, their lists cut, some numbers changed; odd ones with other members, or without some."""
        facts = copy.deepcopy(self.random.choice(self.reports))
        for _ in range(self.random.choice([0, 1, 3])):
            places = places_of(facts[self.random.choice(sorted(facts))]) or [(facts, self.random.choice(sorted(facts)))]
            container, key = self.random.choice(places)
            if not odd:
                container[key] = container[key] if isinstance(container[key], (str, list, dict)) else \
                    self.random.choice([None, 0, 1, round(self.random.gauss(90, 10), 3)])
            elif isinstance(container, dict) and self.random.random() < 0.2:
                del container[key]
            else:
                container[key] = copy.deepcopy(self.random.choice(MEMBERS))
        return json.dumps(facts)

    def json(self, odd):
        if self.is_report and self.reports and self.random.random() < 0.8:
            return self.facts(odd)
        if odd and self.random.random() < 0.8:
            return self.random.choice(JSON)
        return '{"%s": "%s"}' % (self.random.choice(["a", "H", "+"]), self.random.choice(["C", "I", "U"]))

    def codes(self, count):
        """Codes of so many sessions: present in the morning, in the afternoon, or absent for one of a few reasons."""
        few = self.random.choices("ICMUOGNELT", k=3)
        return "".join("/\\"[place % 2] if self.random.random() < 0.8 else self.random.choice(few) for place in range(count))

    def register(self, odd):
        count = self.random.choice([0, 1, 10, 11, 130, 380] + ([3000, 5210, 5211, 6000] if odd else []))
        text = f"{self.random.choice(MONDAYS)}:{self.codes(count)}"
        return self.spoilt(text) if odd and self.random.random() < 0.4 else text

    def tally(self, odd):
        counts = [0, 1, 190, 12] + ([10 ** 15, 10 ** 15 + 1, 2 ** 63 - 1, -1] if odd else [])
        text = " ".join(f"{code}:{self.random.choice(counts)}" for code in self.random.sample(CODES, self.random.randrange(5)))
        return self.spoilt(text) if odd and self.random.random() < 0.4 else text

    def state(self, odd):
        text = self.random.choice(STATES)
        return self.spoilt(text) if odd and self.random.random() < 0.6 else text

    def weeks(self, odd):
        text = self.random.choice(WEEKS)
        return self.spoilt(text) if odd and self.random.random() < 0.6 else text

    def spoilt(self, text):
        """A text with a few places changed, lost or repeated."""
        for _ in range(self.random.randrange(1, 4)):
            place = self.random.randrange(len(text) + 1)
            other = self.random.choice(["", " ", "0", "-", "9" * 20, ":", ";", "/", "é", text[:3], "\n", "\\"])
            text = text[:place] + other + text[place + self.random.randrange(2):]
        return text

    def oid(self, odd):
        return str(self.random.choice([0, 1, 1259, 4294967295]))

    def relation(self, odd):
        return self.random.choice(["pg_class", "abie.school", "abie_report.run", "pg_type"])

    def role(self, odd):
        return self.random.choice(["pg_monitor", "pg_read_all_data"])

    def bytes(self, odd):
        return "\\x" + bytes(self.random.randrange(256) for _ in range(self.random.choice([0, 1, 8, 40]))).hex()

    def year(self, odd):
        return self.random.choice(["2024/26", "", "2025"] if odd else ["2023/24", "2024/25", "2025/26", "2018/19"])

    def text(self, odd):
        if self.is_report and self.random.random() < 0.7:
            return self.random.choice(["html", "html", "markdown", "sortable"])
        if odd and self.random.random() < 0.3:
            return self.random.choice(["", " ", "é" * 5000, "\u202e", "x" * 100000, "%s%n", "1e999", "-", "\x01", "<b>&\"'"])
        return self.spoilt(self.random.choice(self.words)) if odd and self.random.random() < 0.2 else self.random.choice(self.words)
