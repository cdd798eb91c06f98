"""What girth, catsim and SciPy say of the same data. Reads one JSON object, writes one."""

import json
import sys

import catsim.estimation
import catsim.irt
import girth
import numpy
import scipy.integrate
import scipy.stats


def calibrate(ask):
    options = {"max_iteration": 200, "quadrature_n": 61, "quadrature_bounds": (-5.0, 5.0)}
    fit = girth.twopl_mml(numpy.array(ask["matrix"]).T, options)
    return {"slope": list(fit["Discrimination"]), "difficulty": list(fit["Difficulty"])}


def graded(ask):
    fit = girth.grm_mml(numpy.array(ask["matrix"]).T + 1, {"max_iteration": 200})
    return {"slope": list(fit["Discrimination"]), "steps": [list(row) for row in fit["Difficulty"]]}


def curves(ask):
    one = lambda function: [
        [float(function(t, a, b, c, d)) for t in ask["abilities"]] for a, b, c, d in ask["items"]
    ]
    return {"expected": one(catsim.irt.icc), "information": one(catsim.irt.inf)}


def abilities(ask):
    bank = numpy.array(ask["items"])
    estimator = catsim.estimation.NumericalSearchEstimator()
    estimate = lambda row: float(
        estimator.estimate(
            item_bank=catsim.ItemBank(bank) if hasattr(catsim, "ItemBank") else bank,
            administered_items=list(range(len(bank))),
            response_vector=[bool(cell) for cell in row],
            est_theta=0.0,
        )
    )
    return {"likeliest": [estimate(row) for row in ask["rows"]]}


def intervals(ask):
    ends = lambda method: [
        [float(end) for end in scipy.stats.binomtest(k, n).proportion_ci(level, method)]
        for k, n, level in ask["counts"]
    ]
    return {"exact": ends("exact"), "wilson": ends("wilson")}


def eap(ask):
    slope, difficulty = numpy.array(ask["items"]).T
    population = scipy.stats.norm
    found = []
    for row in ask["rows"]:
        def weight(t, power):
            p = 1 / (1 + numpy.exp(-slope * (t - difficulty)))
            return t**power * population.pdf(t) * numpy.prod(numpy.where(row, p, 1 - p))

        mass, first, second = (scipy.integrate.quad(weight, -8, 8, args=(k,), epsabs=0, epsrel=1e-10)[0] for k in range(3))
        mean = first / mass
        found.append([mean, (second / mass - mean**2) ** 0.5])
    return {"eap": found}


ASKS = {f.__name__: f for f in (calibrate, graded, curves, abilities, intervals, eap)}
asked = json.load(sys.stdin)
json.dump(ASKS[asked["ask"]](asked), sys.stdout)
