"""Gradient-boosted trees on the columns and folds of cross_validation.sql: the peer that expected attendance is measured against.

Reads CSV (stratum, fold, urn, attendance, enrolments, columns in braces) on standard input, writes urn,prediction.
Depth, least weight of a leaf and number of rounds are tuned for each fold by cross-validation inside its own training
schools; a prediction is the mean of three seeds. Weights have mean 1.
"""
import csv
import sys

import numpy
import xgboost

SETTINGS = [{"max_depth": depth, "min_child_weight": least} for depth, least in ((4, 10), (5, 10), (5, 40), (6, 40))]
# one thread: several wait for each other, ten times as long where others use the machine too
COMMON = {"eta": 0.03, "subsample": 0.8, "colsample_bytree": 0.5, "tree_method": "hist", "nthread": 1}
MOST_ROUNDS = 450
SEEDS = (1, 2, 3)


def tuned(data):
    """The settings and rounds that predict best within the training schools."""
    best = None
    for setting in SETTINGS:
        errors = xgboost.cv({**COMMON, **setting, "seed": 1}, data, num_boost_round=MOST_ROUNDS, nfold=3, seed=1,
                            early_stopping_rounds=40)["test-rmse-mean"]
        if best is None or min(errors) < best[0]:
            best = (min(errors), setting, list(errors).index(min(errors)) + 1)
    return best[1], best[2]


def predict(columns, attendance, weights, train, test):
    data = xgboost.DMatrix(columns[train], attendance[train], weight=weights[train] / weights[train].mean())
    setting, rounds = tuned(data)
    models = (xgboost.train({**COMMON, **setting, "seed": seed}, data, rounds) for seed in SEEDS)
    return sum(model.predict(xgboost.DMatrix(columns[test])) for model in models) / len(SEEDS)


def main():
    csv.field_size_limit(sys.maxsize)
    rows = list(csv.reader(sys.stdin))
    for stratum in sorted({row[0] for row in rows}):
        schools = sorted((row for row in rows if row[0] == stratum), key=lambda row: int(row[2]))
        fold, urn = (numpy.array([int(row[i]) for row in schools]) for i in (1, 2))
        attendance, enrolments = (numpy.array([float(row[i]) for row in schools]) for i in (3, 4))
        columns = numpy.array([[float(value) for value in row[5].strip("{}").split(",")] for row in schools])
        for k in range(10):
            test = fold == k
            for school, prediction in zip(urn[test], predict(columns, attendance, enrolments, ~test, test)):
                print(f"{school},{prediction:.6f}")


if __name__ == "__main__":
    main()
