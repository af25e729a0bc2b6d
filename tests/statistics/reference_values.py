#!/usr/bin/env python3
"""Writes reference_values.json: what SciPy makes of the samples that the tests use.

    /usr/bin/python3 tests/statistics/reference_values.py > tests/statistics/reference_values.json

Needs Debian's python3-scipy (made with SciPy 1.10.1). Running the tests needs neither.
"""
import json
import sys

import numpy as np
import scipy
from scipy import stats


def mean(sample, axis=-1):
    return np.mean(sample, axis=axis)


def interval_case(name, values, confidence=0.95):
    values = [float(v) for v in values]
    t = stats.t.interval(confidence, len(values) - 1, loc=np.mean(values), scale=stats.sem(values))
    return {"name": name, "values": values, "confidence": confidence,
            "t": [float(t[0]), float(t[1])]}


def sign_flip_case(name, values):
    values = [float(v) for v in values]
    result = stats.permutation_test((np.array(values),), mean, permutation_type="samples",
                                    n_resamples=np.inf, batch=4096)
    return {"name": name, "values": values, "p": float(result.pvalue)}


def tau_case(name, a, b):
    tau = stats.kendalltau(a, b, variant="b").statistic
    return {"name": name, "a": [float(v) for v in a], "b": [float(v) for v in b],
            "tau": None if np.isnan(tau) else float(tau)}


def main():
    random = np.random.default_rng(20160224)
    accuracies = [0.8812, 0.8745, 0.8901, 0.8694, 0.8833]
    skewed = [0.0, 1.0, 1.0, 2.0, 2.0, 16.0]
    intervals = [
        interval_case("two values", [0.25, 0.75]),
        interval_case("three values", [0.871, 0.883, 0.879]),
        interval_case("five accuracies", accuracies),
        interval_case("five accuracies at 99 %", accuracies, 0.99),
        interval_case("six skewed values with ties", skewed),
        interval_case("six skewed values with ties at 80 %", skewed, 0.8),
        interval_case("seven log-normal values", random.lognormal(size=7).round(4)),
        interval_case("twelve differences", random.normal(0.01, 0.02, 12).round(4)),
        interval_case("thirty log-normal values", random.lognormal(size=30).round(4)),
        interval_case("a hundred proportions", random.binomial(200, 0.9, 100) / 200),
    ]
    sign_flips = [
        sign_flip_case("three of one sign", [0.5, 0.25, 1.0]),
        sign_flip_case("six of one sign", [1, 2, 3, 4, 5, 6]),
        sign_flip_case("mixed signs with ties", [1, 1, -1, 2, 2, -1, 3]),
        sign_flip_case("some zeros", [0, 0, 1, 2, 0, 3, -1]),
        sign_flip_case("a mean of zero", [1, -1, 2, -2]),
        sign_flip_case("twelve differences", random.normal(0.01, 0.02, 12).round(4)),
        sign_flip_case("fifteen accuracies of 5,000 images", random.integers(-40, 80, 15) / 5000),
    ]
    x = random.normal(size=50).round(3)
    taus = [
        tau_case("no ties", x, (x + random.normal(size=50)).round(3)),
        tau_case("many ties", random.integers(0, 5, 60), random.integers(0, 4, 60)),
        tau_case("reversed", [1, 2, 3, 4], [4, 3, 2, 1]),
        tau_case("one pair tied on each side", [1, 1, 2, 3], [1, 2, 2, 3]),
        tau_case("tied on both sides at once", [1, 1, 2, 3], [5, 5, 4, 9]),
        tau_case("one side constant", [1, 1, 1], [1, 2, 3]),
    ]
    json.dump({"scipy": scipy.__version__, "intervals": intervals, "sign_flips": sign_flips,
               "kendall_tau_b": taus}, sys.stdout, indent=1, allow_nan=False)
    print()


if __name__ == "__main__":
    main()
