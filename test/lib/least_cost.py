# The least sum of costs of assignment problems, by scipy: an independent solver for tests and benchmarks of abie.assign.
# Reads a problem a line, a JSON object of costs (rows of numbers, null where not allowed), capacity and unplaced; prints
# the least sum of each. A site stands for as many columns as it has places, being unplaced for a column of every school.
import json
import sys

import numpy
from scipy.optimize import linear_sum_assignment

for line in sys.stdin:
    problem = json.loads(line)
    schools = len(problem["unplaced"])
    costs = numpy.array(problem["costs"], dtype=float).reshape(schools, len(problem["capacity"]))
    places = numpy.repeat(costs, numpy.minimum(problem["capacity"], schools), axis=1)
    places[numpy.isnan(places)] = numpy.inf
    unplaced = numpy.where(numpy.eye(schools, dtype=bool), numpy.array(problem["unplaced"], dtype=float), numpy.inf)
    table = numpy.hstack([places, unplaced])
    print(int(table[linear_sum_assignment(table)].sum()))
