"""The second edition of the method, with numpy: sections 2 to 10 of doc/methodology.md, written from that page.

schools are rows of published.schools, all of one stratum; arrays have an element for each of them, NaN for what is
missing.
"""
import numpy

NUMBERS = ("fsm_pct", "fsm6_pct", "sen_support_pct", "ehc_plan_pct", "eal_pct", "ln_mobility", "key_stage_share",
           "ln_headcount", "idaci_rank", "ln_tenth_school_km")
CATEGORIES = ("region_inner_outer", "urban_rural", "religious_class", "selective", "age_class")
LOCAL, NAMED, CLIP = 100, 20, 4.0


def figures(schools, name):
    return numpy.array([numpy.nan if one.get(name) is None else one[name] for one in schools], float)


# ---------- section 2: characteristics, scaled ----------

def elements(schools):
    """Scaled numbers and categories, NaN where missing; the first element of each characteristic."""
    out, starts = [], []
    for name in NUMBERS:
        x = figures(schools, name)
        median = numpy.nanmedian(x)
        deviation = 1.4826 * numpy.nanmedian(abs(x - median))
        if deviation == 0:
            deviation = numpy.nanstd(x, ddof=1)
        starts.append(len(out))
        out.append(numpy.clip((x - median) / deviation, -CLIP, CLIP))
    for name in CATEGORIES:
        values = [category(one, name) for one in schools]
        held = numpy.array([v is not None for v in values])
        starts.append(len(out))
        for wanted in sorted({v for v in values if v is not None}):
            x = numpy.array([v == wanted for v in values], float)
            share = x[held].mean()
            scale = numpy.sqrt(share * (1 - share)) if share < 1 else 1.0
            out.append(numpy.where(held, x / scale, numpy.nan))
    return numpy.array(out).T, starts


def category(one, name):
    if name == "selective":
        return "selective" if one["selective"] else "not selective"
    return one[name]


# ---------- section 3: context ----------

def terms(vectors, starts, products):
    numbers = len(NUMBERS)
    filled = numpy.nan_to_num(vectors)          # the median of a number, no value of a category
    missing = numpy.isnan(vectors)[:, starts].astype(float)
    columns = [filled, missing[:, missing.any(0)]]
    if products:
        z = filled[:, :numbers]
        columns += [z ** 2] + [z[:, [a]] * z[:, [b]] for a in range(numbers) for b in range(a + 1, numbers)]
    return numpy.hstack(columns)


def ridge(y, x, weights):
    """Penalty, standardised coefficients, and each row's leverage, leave-one-out prediction and its standard error."""
    share = weights / weights.sum()
    mean, location = share @ y, share @ x
    scale = numpy.sqrt(share @ (x - location) ** 2)
    z = numpy.divide(x - location, scale, out=numpy.zeros_like(x), where=scale > 1e-12)
    gram, moment = (z * share[:, None]).T @ z, (z * share[:, None]).T @ (y - mean)
    roots, vectors = numpy.linalg.eigh(gram)
    kept = roots > roots.max() * len(roots) * numpy.finfo(float).eps
    roots, vectors = roots[kept], vectors[:, kept]
    part, rows, deviation = vectors.T @ moment, (weights > 0).sum(), share @ (y - mean) ** 2

    def criterion(penalty):
        shrunk = penalty / (roots + penalty)
        left = 1 - (1 + (1 - shrunk).sum()) / rows
        residual = max(deviation - (part ** 2 / roots).sum(), 0) + (part ** 2 / roots * shrunk ** 2).sum()
        return residual / left ** 2 if left > 0 else numpy.inf
    grid = [10 ** (-8 + step / 4) for step in range(40, -1, -1)]
    penalty = min(grid, key=criterion)
    turned = z @ vectors
    slope = vectors @ (part / (roots + penalty))
    length = (turned ** 2 / (roots + penalty)).sum(1)
    leverage = share * (1 + length)
    prediction = (mean + z @ slope - leverage * y) / (1 - leverage)
    # by the squared weights of the other rows in the prediction
    squares = 1 + length - (penalty * turned ** 2 / (roots + penalty) ** 2).sum(1) - share * (1 + length) ** 2
    used = weights > 0
    variance = (weights * (y - prediction) ** 2)[used].mean()
    return penalty, slope, leverage, prediction, numpy.sqrt(squares * variance / weights.sum()) / (1 - leverage)


# ---------- sections 4 and 5: similar schools, expected attendance ----------

def similar(vectors, weights, schools):
    """For each school the nearest LOCAL + 1 others that it may be compared with, and their distances."""
    held = ~numpy.isnan(vectors)
    x = numpy.nan_to_num(vectors)
    selective = numpy.array([one["selective"] for one in schools])
    family = numpy.array([one["family"] for one in schools])
    nearest = numpy.empty((len(x), LOCAL + 1), int)
    distance = numpy.empty((len(x), LOCAL + 1))
    for i in range(len(x)):
        others = numpy.flatnonzero((selective == selective[i]) & (family != family[i]))
        both = held[others] & held[i]
        present = both @ weights
        apart = numpy.sqrt(((x[others] - x[i]) ** 2 * both) @ weights * weights.sum() / numpy.maximum(present, 1e-300))
        apart[present < 0.8 * weights.sum()] = numpy.inf
        order = numpy.argsort(apart, kind="stable")[:LOCAL + 1]
        nearest[i], distance[i] = others[order], apart[order]
    return nearest, distance


def local_means(residual, weights, nearest, distance):
    """Means and their standard errors."""
    kernel = (1 - (distance[:, :LOCAL] / distance[:, [LOCAL]]) ** 3) ** 3 * weights[nearest[:, :LOCAL]]
    values = numpy.nan_to_num(residual)[nearest[:, :LOCAL]]
    means = (values * kernel).sum(1) / kernel.sum(1)
    return means, numpy.sqrt(((kernel * (values - means[:, None])) ** 2).sum(1)) / kernel.sum(1)


def expected(attendance, context, n, nearest, distance):
    """E, the local residual with its error, and g."""
    residual = attendance - context
    held = ~numpy.isnan(residual)
    local, error = local_means(residual, numpy.where(held, n, 0), nearest, distance)
    g = numpy.clip((n * residual * local)[held].sum() / (n * local ** 2)[held].sum(), 0, 1)
    return context + g * local, local, error, g


# ---------- sections 6, 7 and 10: noise, baseline, forecast ----------

def variance_line(change, n):
    square = (change - numpy.median(change)) ** 2
    square = numpy.minimum(square, numpy.quantile(square, 0.99))
    c1, c0 = numpy.polyfit(1 / n, square, 1)
    if c1 < 0:
        return max(square.mean(), 0.01), 0.0
    if c0 < 0.01:
        return 0.01, ((square - 0.01) / n).sum() / (1 / n ** 2).sum()
    return c0, c1


def between_variance(residual, variance):
    """tau squared, by additive random effects on residuals of which a tenth of each end is winsorised."""
    z = residual / numpy.sqrt(variance)
    z = numpy.clip(z, *numpy.quantile(z, (0.1, 0.9)))
    weights = 1 / variance
    return max(0, ((z ** 2).sum() - (len(z) - 1)) / (weights.sum() - (weights ** 2).sum() / weights.sum()))


def winsorised(outcome, last, share):
    change = outcome - last
    limit = numpy.quantile(abs(change - numpy.median(change)), share)
    return last + numpy.clip(change, numpy.median(change) - limit, numpy.median(change) + limit)


def own_level(before, last, common, w):
    return last + numpy.clip((1 - w) * (before + common - last), -1, 1)


def shrunk(before, last, e, n, common, rule):
    w, n0, constant = rule
    theta = e + (own_level(before, last, common, w) - e) / (1 + constant + n0 / n)
    return last + numpy.clip(theta - last, -1, 1)


def common_change(before, last, n):
    return (n * (last - before)).sum() / n.sum()


def better_nearby(before, last, e, n, outcome, rule):
    """The share of the mean square that the best of the rules a small step away would save of what this rule leaves."""
    target, common = winsorised(outcome, last, 0.995), common_change(before, last, n)

    def left(w, n0, constant):
        return numpy.var(target - shrunk(before, last, e, n, common, (w, n0, constant)))
    steps = [(w, n0, k) for w in (-0.02, -0.001, 0, 0.001, 0.02) for n0 in (-5, -0.5, 0, 0.5, 5)
             for k in (-0.02, -0.001, 0, 0.001, 0.02)]
    least = left(*rule)
    found = min(left(*numpy.clip(numpy.add(rule, step), (0.5, 0, 0), (1, numpy.inf, 1))) for step in steps)
    return (least - found) / least


def baseline(before, last, e, n, common, rule, noise, spread):
    """theta and the share of the own level in it, of one year alone where the year before is not held."""
    held = ~numpy.isnan(before)
    share = numpy.maximum(0, 1 - (noise[0] + noise[1] / n) / 2 / (spread[0] + spread[1] / n))
    alone = last + numpy.clip(e + share * (last - e) - last, -0.75, 0.75)
    return (numpy.where(held, shrunk(before, last, e, n, common, rule), alone),
            numpy.where(held, 1 / (1 + rule[2] + rule[1] / n), share))


def forecast_terms(before, last, e, n):
    root = numpy.sqrt(n)
    return numpy.c_[numpy.ones(len(n)), e, last - e, before - e, (last - e) / root, (before - e) / root]


def learn_forecast(before, last, e, n, outcome):
    x = forecast_terms(before, last, e, n)
    coefficients = numpy.linalg.lstsq(x, winsorised(outcome, last, 0.99), rcond=None)[0]
    residual = outcome - x @ coefficients
    c0, c1 = variance_line(residual, n)
    apart = abs(residual - numpy.median(residual)) / numpy.sqrt(c0 + c1 / n)
    return coefficients, c0, c1, numpy.quantile(apart, 0.95)


def forecast(before, last, e, n, theta, noise, learned):
    """The forecast and half of its interval; by theta and the noise of changes where the year before is not held."""
    coefficients, c0, c1, quantile = learned
    held = ~numpy.isnan(before)
    margin = quantile * numpy.sqrt(c0 + c1 / n)
    alone = 1.959963984540054 * numpy.sqrt(noise[0] + noise[1] / n)
    centre = numpy.where(held, forecast_terms(before, last, e, n) @ coefficients, theta)
    return centre, numpy.where(held, margin, alone)


# ---------- sections 8 and 9: improvement ----------

def pared_mean(rate, n, share=0.3):
    order = numpy.argsort(-(rate / 100 * n + 1) / (n + 2), kind="stable")
    before = numpy.concatenate(([0.0], numpy.cumsum(n[order])[:-1]))
    taken = order[before < share * n.sum() * (1 - 1e-12)]
    return (rate * n)[taken].sum() / n[taken].sum()


def ladder_tops(attendance, n, nearest):
    found = [pared_mean(attendance[[i, *near[:NAMED]]], n[[i, *near[:NAMED]]]) for i, near in enumerate(nearest)]
    return numpy.maximum(found, attendance)         # the year before 2019/20 is 2018/19 itself


def improvement(theta, e, top):
    return numpy.minimum(numpy.clip(0.26 + 0.2 * numpy.maximum(0, e - theta), 0.1, 1), numpy.maximum(0, top - theta))
