"""Gradient-boosted trees on the columns and folds of cross_validation.sql: the peer that expected attendance is measured against.

Reads CSV (stratum, fold, urn, attendance, enrolments, columns in braces) on standard input, writes urn,prediction.
"""
import csv
import sys

import numpy
import xgboost

rows = list(csv.reader(sys.stdin))
for stratum in sorted({row[0] for row in rows}):
    schools = sorted((row for row in rows if row[0] == stratum), key=lambda row: int(row[2]))
    fold, urn = (numpy.array([int(row[i]) for row in schools]) for i in (1, 2))
    attendance, enrolments = (numpy.array([float(row[i]) for row in schools]) for i in (3, 4))
    columns = numpy.array([[float(value) for value in row[5].strip("{}").split(",")] for row in schools])
    for k in range(10):
        train, test = fold != k, fold == k
        trees = xgboost.XGBRegressor(n_estimators=400, max_depth=5, learning_rate=0.04, subsample=0.8, colsample_bytree=0.7,
                                     min_child_weight=2000, n_jobs=1, random_state=1)
        trees.fit(columns[train], attendance[train], sample_weight=enrolments[train])
        for school, prediction in zip(urn[test], trees.predict(columns[test])):
            print(f"{school},{prediction:.6f}")
