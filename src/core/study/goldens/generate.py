"""Writes comparisons.json: paired t comparisons and correlations of small random samples, from scipy 1.17.1, numpy 2.4.6.

Run: bench/peers/.venv/bin/python src/core/study/goldens/generate.py
"""

import json
from pathlib import Path

import numpy as np
from scipy import stats

paired, correlated = [], []
for seed, n in enumerate([2, 3, 3, 5, 12, 40]):
    rng = np.random.default_rng(seed)
    a = rng.normal(0.6, 0.05, n)
    b = a - rng.normal(0.02 * seed, 0.03, n)
    test = stats.ttest_rel(a, b)
    interval = test.confidence_interval(0.95)
    paired.append({
        "a": a.tolist(), "b": b.tolist(), "difference": float(np.mean(a - b)), "p": float(test.pvalue),
        "interval": [float(interval.low), float(interval.high)],
    })
    if n > 2:
        # tenths, so that ranks tie
        x, y = np.round(a, 1 + seed % 2), np.round(b, 2)
        if np.ptp(x) > 0 and np.ptp(y) > 0:
            correlated.append({
                "x": x.tolist(), "y": y.tolist(), "pearson": float(stats.pearsonr(x, y).statistic),
                "spearman": float(stats.spearmanr(x, y).statistic),
            })

path = Path(__file__).with_name("comparisons.json")
path.write_text(json.dumps({"paired": paired, "correlated": correlated}) + "\n")
