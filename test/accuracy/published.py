"""What schools are compared by, in 2018/19, from the published files and from nothing of abie's.

schools(data) gives a row for each school that enters the run for 2019/20: what abie.run_school holds of it before
anything is calculated. Written from doc/methodology.md and the files' own descriptions.
"""
import collections
import csv
import gzip
import math

import numpy

INNER_LONDON = {201, 202, 204, 205, 206, 207, 208, 209, 210, 211, 212, 213, 309, 316}
NUMBERS = ("fsm_pct", "fsm6_pct", "sen_support_pct", "ehc_plan_pct", "eal_pct")
FAMILY_LINKS = ("predecessor", "successor", "merged", "result of amalgamation", "closure", "expansion")


def read(data, name):
    with gzip.open(f"{data}/{name}.csv.gz", "rt", encoding="utf-8-sig") as lines:
        rows = csv.reader(lines)
        header = [name.lower() for name in next(rows)]
        for row in rows:
            yield dict(zip(header, row))


def number(text):
    """A published figure; None for a marker, an empty cell and a percentage's sign alone."""
    try:
        return float(text.rstrip("%"))
    except ValueError:
        return None


def urn(text):
    return int(text) if text.isdigit() else None


class Files:
    """The files, read once, by school."""

    def __init__(self, data, later_census):
        self.attendance = collections.defaultdict(dict)     # year: LAESTAB: row
        self.laestab_of = {}                                # URN: LAESTAB in the best register
        self.region = {}
        self.places, self.census, self.spc, self.idaci = {}, {}, {}, {}
        self.later_headcount = {}
        self.read_registers(data)
        self.read_circumstances(data, later_census)
        self.links = [(int(r["urn"]), int(r["linkurn"]), r["linktype"]) for r in read(data, "gias_links_20220831")
                      if urn(r["urn"]) and urn(r["linkurn"])]

    def read_registers(self, data):
        """Attendance by year; a school's LAESTAB by GIAS, else by the census of 2023, else by its newest attendance."""
        for row in sorted(read(data, "ees_absence_school_200607_201819_core"), key=lambda r: r["time_period"]):
            self.attendance[row["time_period"]][int(row["laestab"])] = row
            if urn(row["urn"]):
                self.laestab_of[int(row["urn"])] = int(row["laestab"])
        for row in read(data, "ees_absence_school_201819"):
            self.region[int(row["urn"])] = row["region_name"]
        for row in read(data, "census_school_201901"):
            if urn(row["urn"]) and urn(row["la"]) and urn(row["estab"]):
                self.laestab_of.setdefault(int(row["urn"]), int(row["la"]) * 10000 + int(row["estab"]))
        for row in read(data, "spc_school_202301"):
            self.spc[int(row["urn"])] = row
            if urn(row["laestab"]):
                self.laestab_of[int(row["urn"])] = int(row["laestab"])
        for row in read(data, "gias_open_20250524"):
            if row["establishment_type_group"] == "Welsh schools":
                continue
            if number(row["establishment_number"]) is not None and number(row["la_code"]):
                self.laestab_of[int(row["urn"])] = int(float(row["la_code"])) * 10000 + \
                    int(float(row["establishment_number"]))
            if number(row["easting"]) and number(row["northing"]):
                self.places[int(row["urn"])] = (float(row["easting"]), float(row["northing"]))

    def read_circumstances(self, data, later_census):
        for row in read(data, "census_school_201901"):
            if urn(row["urn"]):
                pupils, eligible = number(row["nor"]), number(row["numfsm"])
                self.census[int(row["urn"])] = {
                    "headcount": pupils,
                    "fsm_pct": 100 * eligible / pupils if pupils and eligible is not None else None,
                    "fsm6_pct": number(row["pnumfsmever"]), "sen_support_pct": number(row["psenelk"]),
                    "ehc_plan_pct": number(row["psenelse"]), "eal_pct": number(row["pnumeal"])}
        for row in read(data, "derived_school_lsoa11_idaci"):
            self.idaci[int(row["urn"])] = number(row["idaci_rank"])
        if later_census:
            self.later_headcount = {int(row["urn"]): number(row["nor"])
                                    for row in read(data, "census_school_202301") if urn(row["urn"])}

    def key_stages(self, school):
        """Shares of pupils in Key Stages 1 to 4 in January 2023, the only census held that tells them."""
        row = self.spc.get(school)
        if row is None:
            return None
        counts = [number(row[name]) for name in (
            "number of key stage 1 pupils (years 1 and 2)", "number of key stage 2 pupils (years 3 to 6)",
            "number of key stage 3 pupils (years 7 to 9)", "number of key stage 4 pupils (years 10 and 11)")]
        headcount = self.later_headcount.get(school)
        if headcount is None:
            headcount = number(row["headcount of pupils"])
        return None if None in counts or not headcount else [count / headcount for count in counts]


# ---------- one school under other numbers ----------

def succession(files):
    """Pairs of an earlier and a later URN of one school: links that are one to one."""
    steps = {(a, b) for a, b, kind in files.links if kind == "Successor"} | \
            {(b, a) for a, b, kind in files.links if kind == "Predecessor"}
    earlier, later = collections.Counter(a for a, _ in steps), collections.Counter(b for _, b in steps)
    return {(a, b) for a, b in steps if earlier[a] == 1 and later[b] == 1}


def related(files, scope):
    """For each LAESTAB the URNs its figures may stand under: its own, then those of its succession and its LAESTAB."""
    other = collections.defaultdict(set)
    for a, b in succession(files):
        other[a].add(b)
        other[b].add(a)
    at = collections.defaultdict(set)
    for school, laestab in files.laestab_of.items():
        at[laestab].add(school)
    return {laestab: [own] + sorted((other[own] | at[laestab]) - {own}) for laestab, own in scope.items()}


def components(edges):
    """For each node the lowest node that it is tied to, at any number of steps."""
    parent = {}

    def root(node):
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = node = parent[parent[node]]
        return node
    for a, b in edges:
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    return {node: root(node) for node in list(parent)}


def used_numbers(files):
    return {(int(row["urn"]), laestab) for rows in files.attendance.values() for laestab, row in rows.items()
            if urn(row["urn"])}


def families(files):
    """For each URN the lowest URN of its family: tied by a link of a kind that is close, or by a LAESTAB."""
    ties = [(a, b) for a, b, kind in files.links if kind.lower().startswith(FAMILY_LINKS)]
    # LAESTABs have a digit more than URNs
    return components(ties + list(files.laestab_of.items()) + list(used_numbers(files)))


def lineages(files):
    """For each LAESTAB those of the same school over the years; itself alone where several schools are entangled."""
    edges = [(laestab, -own) for own, laestab in used_numbers(files)] + [(-a, -b) for a, b in succession(files)]
    groups = collections.defaultdict(list)
    for node, component in components(edges).items():
        if node > 0:
            groups[component].append(node)
    found = {}
    for laestabs in groups.values():
        twice = sum(sum(laestab in rows for laestab in laestabs) > 1 for rows in files.attendance.values())
        for laestab in laestabs:
            found[laestab] = sorted(laestabs) if twice < len(laestabs) else [laestab]
    return found


# ---------- characteristics ----------

def mobility(files):
    """LAESTAB: (share of a full year in 2018/19, mobility over the three years)."""
    shares = collections.defaultdict(dict)
    for year in ("201617", "201718", "201819"):
        sessions = {laestab: float(row["sess_possible"]) / float(row["enrolments"])
                    for laestab, row in files.attendance[year].items()
                    if float(row["enrolments"] or 0) > 0 and float(row["sess_possible"] or 0) > 0}
        kinds = collections.defaultdict(list)
        for laestab, value in sessions.items():
            kinds[files.attendance[year][laestab]["school_type"]].append(value)
        full = {kind: numpy.quantile(values, 0.95) for kind, values in kinds.items()}
        for laestab, value in sessions.items():
            shares[laestab][year] = min(1.0, value / full[files.attendance[year][laestab]["school_type"]])
    return {laestab: (share["201819"], numpy.mean([min(40.0, 100 * (1 - share[year])) for year in share]))
            for laestab, share in shares.items() if "201819" in share}


def age_class(stratum, stages):
    if stages is None:
        return "other"
    if stratum == "primary":
        return "infant" if stages[1] == 0 < stages[0] else "junior" if stages[0] == 0 < stages[1] else "other"
    return "no key stage 4" if stages[3] == 0 else "no key stage 3" if stages[2] == 0 else "other"


def religious_class(text):
    if text in ("Church of England", "Roman Catholic"):
        return text
    if "jewish" in text.lower():
        return "Jewish"
    if any(word in text.lower() for word in ("muslim", "islam", "sunni", "deobandi")):
        return "Muslim"
    return "none" if text in ("None", "Does not apply", "No religious character") else "other" if text else None


def region(text, laestab):
    text = text.replace("and The Humber", "and the Humber")
    if "London" not in text:
        return text or None
    return "Inner London" if laestab // 10000 in INNER_LONDON else "Outer London"


def first(values):
    return next((value for value in values if value is not None), None)


def tenth_kilometres(places):
    """Kilometres from each place to its tenth nearest neighbour; places a row each."""
    out = numpy.empty(len(places))
    for at in range(0, len(places), 500):
        square = ((places[at:at + 500, None, :] - places[None, :, :]) ** 2).sum(2)
        square[numpy.arange(len(square)), at + numpy.arange(len(square))] = numpy.inf
        out[at:at + 500] = numpy.sqrt(numpy.partition(square, 9, axis=1)[:, 9]) / 1000
    return out


def school(files, laestab, row, urns, share):
    """What is known of one school, from itself and the schools it was or became."""
    stratum = row["school_type"].replace("State-funded ", "")
    stages = first(files.key_stages(u) for u in urns)
    spc = [files.spc[u] for u in urns if u in files.spc]
    known = {name: first(files.census[u][name] for u in urns if u in files.census) for name in NUMBERS}
    headcount = first(files.census[u]["headcount"] for u in urns if u in files.census) or float(row["enrolments"])
    rural = first(r["urban_rural"] or None for r in spc) or ""
    possible, absent = float(row["sess_possible"]), float(row["sess_overall"])
    return {
        "urn": urns[0], "laestab": laestab, "stratum": stratum, "enrolments": float(row["enrolments"]),
        "attendance": 100 * (possible - absent) / possible,
        "effective_enrolments": float(row["enrolments"]) * share[0],
        "place": first(files.places.get(u) for u in urns),
        "selective": first(r["admissions_policy"] or None for r in spc) == "Selective",
        **known, "ln_mobility": math.log(1 + share[1]), "ln_headcount": math.log(headcount),
        "key_stage_share": 100 * stages[1 if stratum == "primary" else 3] if stages else None,
        "idaci_rank": first(files.idaci.get(u) for u in urns),
        "region_inner_outer": region(first(r["region_name"] or None for r in spc) or
                                     files.region.get(urns[0], ""), laestab),
        "urban_rural": "rural" if "rural" in rural.lower() else "urban" if "urban" in rural.lower() else None,
        "religious_class": religious_class(first(r["denomination"] or None for r in spc) or ""),
        "age_class": age_class(stratum, stages)}


def past_attendance(files, laestabs, own, year):
    """Attendance of a year under a school's own LAESTAB, else under the lowest of its lineage that has any."""
    for laestab in [own] + laestabs:
        row = files.attendance[year].get(laestab)
        if row and float(row["sess_possible"] or 0):
            return 100 * (float(row["sess_possible"]) - float(row["sess_overall"])) / float(row["sess_possible"])
    return None


def schools(data, later_census):
    """The schools that enter a run for 2019/20 by the default methodology, in the order of URNs."""
    files = Files(data, later_census)
    year = files.attendance["201819"]
    scope = {laestab: int(row["urn"]) for laestab, row in year.items()}
    names, shares, family, lineage = related(files, scope), mobility(files), families(files), lineages(files)
    found = []
    for laestab, row in year.items():
        if row["school_type"] == "Special" or float(row["enrolments"]) < 30 or not float(row["sess_possible"] or 0):
            continue
        one = school(files, laestab, row, names[laestab], shares[laestab])
        one["family"] = family[one["urn"]]
        for name, past in (("previous_attendance", "201718"), ("earlier_attendance", "201617")):
            one[name] = past_attendance(files, lineage[laestab], laestab, past)
        found.append(one)
    for stratum in ("primary", "secondary"):
        placed = [one for one in found if one["stratum"] == stratum and one["place"]]
        for one, kilometres in zip(placed, tenth_kilometres(numpy.array([one["place"] for one in placed]))):
            one["ln_tenth_school_km"] = math.log(max(kilometres, 0.01))
    return sorted(found, key=lambda one: one["urn"])
