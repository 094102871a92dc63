"""Expectations for 2019/20 by the default methodology, worked out with numpy from the files, beside those of a run.

    recompute.py RUN FOLDER_OF_FILES [psql's connection options]

Reads of the run what is compared, and w, n0 and k, which the run found by search: they are compared by the mean square
that others nearby leave. Writes CSV: figure, how many were compared, largest difference.
"""
import csv
import io
import subprocess
import sys

import numpy

import method
import published
from method import CATEGORIES, LOCAL, NAMED, NUMBERS, figures


class Comparison:
    """The largest difference of each figure."""

    def __init__(self):
        self.largest = {}

    def add(self, figure, ours, theirs):
        ours, theirs = numpy.asarray(ours), numpy.asarray(theirs)
        if ours.dtype.kind in "fi":
            apart = numpy.where(numpy.isnan(ours) & numpy.isnan(theirs), 0, abs(ours - theirs))
            apart = numpy.where(numpy.isnan(apart), numpy.inf, apart)
        else:
            apart = (ours != theirs).astype(float)
        count, largest = self.largest.get(figure, (0, 0.0))
        self.largest[figure] = (count + apart.size, max(largest, apart.max(initial=0)))


# ---------- the run ----------

def query(options, sql):
    done = subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", *options, "-c",
                           f"COPY ({sql}) TO STDOUT (FORMAT csv, HEADER)"], check=True, capture_output=True, text=True)
    return list(csv.DictReader(io.StringIO(done.stdout)))


def value(text):
    return float(text) if text else numpy.nan


def array(text):
    return numpy.array([value(part if part != "NULL" else "") for part in text.strip("{}").split(",")])


def column(rows, name):
    return numpy.array([value(row[name]) for row in rows])


def flags(rows, name):
    return numpy.array([row[name] == "t" for row in rows], float)


def arrays(rows, name):
    return numpy.array([array(row[name]) for row in rows])


# ---------- a stratum, step by step ----------

def compare_stratum(schools, stored, model, compared):
    """Of the schools that have an expectation; two have no characteristics, but are a part of the contextual model."""
    a, n, before = (figures(schools, name) for name in ("attendance", "effective_enrolments", "previous_attendance"))
    compare_characteristics(schools, stored, compared)
    vectors, starts = method.elements(schools)
    compared.add("vector", vectors, arrays(stored, "vector"))
    context, error, previous_context, weights = compare_context(a, before, n, vectors, starts, stored, model,
                                                                compared)
    chosen = numpy.flatnonzero(column(stored, "expected") > 0)
    schools, stored = [schools[i] for i in chosen], [stored[i] for i in chosen]
    compared.add("error of context", error[chosen], column(stored, "context_error"))
    a, n, before, context, error, previous_context = (
        x[chosen] for x in (a, n, before, context, error, previous_context))
    nearest, distance = method.similar(vectors[chosen], weights, schools)
    compare_similar(schools, a, stored, nearest, distance, compared)
    e, local, local_error, g = method.expected(a, context, n, nearest, distance)
    compared.add("local residual of 100", local, column(stored, "local_mean"))
    compared.add("local slope", [g], [value(model["local_slope"])])
    compared.add("expected", e, column(stored, "expected"))
    error = numpy.hypot(error, g * local_error)
    compared.add("error of expected", error, column(stored, "expected_error"))
    previous_e = method.expected(before, previous_context, n, nearest, distance)[0]
    years = figures(schools, "earlier_attendance"), before, a
    compare_baseline(years, n, e, error, previous_e, stored, model, compared)
    compare_improvement(a, n, e, nearest, stored, compared)


def compare_characteristics(schools, stored, compared):
    for name, held in (("attendance", "attendance"), ("enrolments counted", "effective_enrolments"),
                       ("family", "family"), ("attendance, year before", "previous_attendance"),
                       ("attendance, two years before", "earlier_attendance")):
        compared.add(name, figures(schools, held), column(stored, held))
    numbers = arrays(stored, "numbers")
    for position, name in enumerate(NUMBERS):
        # one that the files do not hold, semh_pct, stands fifth
        compared.add(name, figures(schools, name), numbers[:, position + (position > 3)])
    for name in CATEGORIES:
        compared.add(name, [method.category(one, name) or "" for one in schools],
                     [row[name + "_held"] for row in stored])


def compare_context(a, before, n, vectors, starts, stored, model, compared):
    x = method.terms(vectors, starts, True)
    penalty, _, leverage, context, error = method.ridge(a, x, n)
    held = ~numpy.isnan(before)
    previous = method.ridge(numpy.nan_to_num(before), x, numpy.where(held, n, 0))[3]
    slope = method.ridge(a, method.terms(vectors, starts, False), n)[1][:vectors.shape[1]]
    weights = abs(slope) / abs(slope).sum()
    compared.add("terms of the model", [x.shape[1]], [len(array(model["coefficients"]))])
    compared.add("penalty, by GCV, log10", [numpy.log10(penalty)], [numpy.log10(value(model["penalty"]))])
    compared.add("leverage", leverage, column(stored, "leverage"))
    compared.add("context", context, column(stored, "context"))
    compared.add("context, year before", previous, column(stored, "previous_context"))
    compared.add("weights of similarity", weights, array(model["weights"]))
    return context, error, previous, weights


def compare_similar(schools, a, stored, nearest, distance, compared):
    urns = figures(schools, "urn")
    compared.add("20 similar schools", urns[nearest[:, :NAMED]], arrays(stored, "similar_urns"))
    compared.add("their distances", distance[:, :NAMED], arrays(stored, "distances"))
    compared.add("bandwidth, 101st school", distance[:, LOCAL], column(stored, "bandwidth"))
    compared.add("their upper quartile", numpy.quantile(a[nearest[:, :NAMED]], 0.75, axis=1),
                 column(stored, "similar_upper_quartile"))
    last = distance[:, NAMED - 1]
    compared.add("poor match", (last > numpy.quantile(last, 0.95)).astype(float), flags(stored, "poor_match"))


def compare_baseline(years, n, e, error, previous_e, stored, model, compared):
    earlier, before, a = years
    held = ~numpy.isnan(before)
    noise, spread = method.variance_line((a - before)[held], n[held]), method.variance_line(a - e, n)
    compared.add("noise c0, c1", noise, [value(model[name]) for name in ("change_c0", "change_c1")])
    compared.add("spread v0, v1", spread, [value(model[name]) for name in ("spread_c0", "spread_c1")])
    compared.add("common change, 4 decimals", [round(method.common_change(before[held], a[held], n[held]), 4)],
                 [value(model["common_change"])])
    learning = held & ~numpy.isnan(earlier)
    learned = [x[learning] for x in (earlier, before, previous_e, n, a)]
    rule = [value(model[name]) for name in ("last_weight", "n0", "constant")]
    compared.add("w, n0, k: share of the mean square that others nearby would save",
                 [method.better_nearby(*learned, rule)], [0])
    theta, share = method.baseline(before, a, e, n, value(model["common_change"]), rule, noise, spread)
    compared.add("baseline", theta, column(stored, "baseline"))
    sampling = noise[1] / 2 / n
    compared.add("between variance", [method.between_variance(a - e, sampling)], [value(model["between_variance"])])
    of_level = numpy.where(held, rule[0] ** 2 + (1 - rule[0]) ** 2, 1) * sampling
    compared.add("error of baseline", numpy.sqrt(share * of_level + ((1 - share) * error) ** 2),
                 column(stored, "baseline_error"))
    forecast, margin = method.forecast(before, a, e, n, theta, noise, method.learn_forecast(*learned))
    compared.add("forecast", forecast, column(stored, "forecast"))
    low, high = numpy.maximum(0, forecast - margin), numpy.minimum(100, forecast + margin)
    compared.add("interval, low", low, column(stored, "forecast_low"))
    compared.add("interval, high", high, column(stored, "forecast_high"))
    outside = ((a < low) | (a > high)) & ((before < low) | (before > high))
    compared.add("outside the model", outside.astype(float), flags(stored, "outside_model"))


def compare_improvement(a, n, e, nearest, stored, compared):
    theta = column(stored, "baseline")
    top = method.ladder_tops(a, n, nearest)
    improvement = method.improvement(theta, e, top)
    rounded = numpy.floor(numpy.round(improvement * 10, 12) + 0.5) / 10
    statement = numpy.where(rounded == 0, "maintain", numpy.where(a >= theta + improvement, "sustain", "improve"))
    compared.add("ladder top", top, column(stored, "ladder_top"))
    compared.add("improvement", improvement, column(stored, "improvement"))
    compared.add("improvement, published", rounded, column(stored, "improvement_rounded"))
    compared.add("target", theta + improvement, column(stored, "target"))
    compared.add("statement", statement, [row["statement"] for row in stored])


def main():
    csv.field_size_limit(sys.maxsize)
    run, data, options = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
    later_census = query(options, """SELECT urn FROM abie.school_context
        WHERE academic_year = '2022/23' AND fsm6_pct IS NOT NULL LIMIT 1""")
    schools = published.schools(data, bool(later_census))
    held = ", ".join(f'categories[{i}] AS {name}_held' for i, name in enumerate(CATEGORIES, 1))
    stored = query(options, f"""SELECT s.*, {held}, l.similar_urns, l.distances, l.bandwidth, l.local_mean,
            e.expected_error, e.baseline, e.baseline_error, e.poor_match, e.outside_model, e.forecast, e.forecast_low,
            e.forecast_high, e.ladder_top, e.improvement, e.improvement_rounded, e.target, e.statement
        FROM abie.run_school s LEFT JOIN abie.similar_list l USING (run_id, urn)
            LEFT JOIN abie.expectation e USING (run_id, urn)
        WHERE s.run_id = {run} ORDER BY s.urn""")
    compared = Comparison()
    compared.add("schools", [one["urn"] for one in schools], [int(row["urn"]) for row in stored])
    for model in query(options, f"""SELECT m.*, w.weights FROM abie.run_model m
            JOIN abie.run_weights({run}) w USING (stratum) WHERE m.run_id = {run}"""):
        compare_stratum([one for one in schools if one["stratum"] == model["stratum"]],
                        [row for row in stored if row["stratum"] == model["stratum"]], model, compared)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    for figure, (count, largest) in compared.largest.items():
        writer.writerow((figure, count, repr(float(largest))))


if __name__ == "__main__":
    main()
