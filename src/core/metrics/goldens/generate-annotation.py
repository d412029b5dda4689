"""Writes annotation.json: scores of class probabilities and of seeds, from scikit-learn 1.9.1, scipy 1.17.1, numpy 2.4.6.

Run: bench/peers/.venv/bin/python src/core/metrics/goldens/generate-annotation.py

Seeds 0 to 5 for probabilities, 0 to 5 for values over seeds, classes and ranks.
"""

import json
from pathlib import Path

import numpy as np
import sklearn.metrics as m
from scipy import stats
from sklearn.calibration import calibration_curve

cases = []
for seed in range(6):
    rng = np.random.default_rng(seed)
    n, k, bins = int(rng.integers(60, 120)), int(rng.integers(2, 6)), int(rng.integers(4, 12))
    truth = rng.choice(k, n, p=rng.dirichlet(np.full(k, 2.0)))
    logits = rng.normal(size=(n, k)) + 1.5 * np.eye(k)[truth] * rng.random()
    p = np.exp(2 * logits).astype("f4")
    p = (p / p.sum(1, keepdims=True)).astype("f4")
    hidden = rng.random(n) < (0.2 if seed % 2 else 0)
    t, q = truth[~hidden], p[~hidden].astype(float)
    predicted = q.argmax(1)
    sure, right = q.max(1), (predicted == t).astype(int)
    accuracy, confidence = calibration_curve(right, sure, n_bins=bins, strategy="uniform")
    count = np.histogram(sure, np.linspace(0, 1, bins + 1))[0]
    filled = count[count > 0]
    # brier_score_loss wants rows that sum to one in double precision
    exact = q / q.sum(1, keepdims=True)
    cases.append({
        "nClasses": k, "bins": bins, "truth": np.where(hidden, -1, truth).tolist(), "p": p.ravel().tolist(),
        "balancedAccuracy": m.balanced_accuracy_score(t, predicted),
        "normalised": m.confusion_matrix(t, predicted, labels=range(k), normalize="true").ravel().tolist(),
        "counts": m.confusion_matrix(t, predicted, labels=range(k)).ravel().tolist(),
        "brier": m.brier_score_loss(t, exact, labels=list(range(k)), scale_by_half=False),
        "expectedError": float((filled / len(t) * np.abs(accuracy - confidence)).sum()),
        "count": count.tolist(), "accuracy": accuracy.tolist(), "confidence": confidence.tolist(),
    })

spreads = []
for seed in range(6):
    rng = np.random.default_rng(seed)
    values = rng.normal(0.1, 0.2, 2 + seed)
    low, high = stats.t.interval(0.9, len(values) - 1, values.mean(), stats.sem(values))
    spreads.append({"values": values.tolist(), "sd": values.std(ddof=1), "low": low, "high": high,
                    "p": stats.ttest_1samp(values, 0).pvalue})

many = np.random.default_rng(7).exponential(0.1, 40)
boot = stats.bootstrap((many,), np.mean, n_resamples=200_000, method="percentile", rng=np.random.default_rng(1))

fits = []
for seed in range(6):
    rng = np.random.default_rng(seed)
    x = np.round(rng.normal(size=6 + seed), 1)
    y = np.round(rng.normal(size=6 + seed) - 0.4 * x, 1)
    line, rank = stats.linregress(x, y), stats.spearmanr(x, y)
    fits.append({"x": x.tolist(), "y": y.tolist(), "slope": line.slope, "intercept": line.intercept, "r": line.rvalue,
                 "p": line.pvalue, "rank": rank.statistic, "rankP": rank.pvalue})

out = {
    "made_by": __doc__.split("\n")[0], "cases": cases, "spreads": spreads, "fits": fits,
    "bootstrap": {"values": many.tolist(), "low": boot.confidence_interval.low, "high": boot.confidence_interval.high},
    "student": [[float(t), d, stats.t.cdf(t, d)] for t in (-8, -1.5, -0.2, 0, 0.7, 2, 31) for d in (1, 2, 9, 400)],
}
(Path(__file__).parent / "annotation.json").write_text(json.dumps(out, separators=(",", ":"), default=float) + "\n")
