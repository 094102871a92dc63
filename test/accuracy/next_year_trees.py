"""Gradient-boosted trees on all that is known of a school: the peer that baselines and forecasts are measured against.

Reads CSV (year, stratum, urn, attendance, outcome, columns in braces) on standard input: schools of successive years, of
which the trees of a year learn from the year before, tuned by cross-validation inside it. What they learn is the
change. Writes year,urn,prediction.
"""
import csv
import sys

import numpy

from trees import predict


def matrix(rows):
    return numpy.array([[float(value if value != "NULL" else "nan") for value in row[5].strip("{}").split(",")]
                        for row in rows])


def main():
    rows = sorted(csv.reader(sys.stdin), key=lambda row: int(row[2]))
    years = sorted({row[0] for row in rows})
    for stratum in sorted({row[1] for row in rows}):
        for before, year in zip(years, years[1:]):
            schools = [row for row in rows if row[1] == stratum and row[0] in (before, year)]
            last, outcome = (numpy.array([float(row[i]) for row in schools]) for i in (3, 4))
            test = numpy.array([row[0] == year for row in schools])
            changes = predict(matrix(schools), outcome - last, numpy.ones(len(schools)), ~test, test)
            for row, prediction in zip((row for row in schools if row[0] == year), last[test] + changes):
                print(f"{year},{row[2]},{prediction:.6f}")


main()
