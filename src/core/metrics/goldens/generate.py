"""Writes metrics.json: scores of small random labellings, from scikit-learn 1.9.1, numpy 2.4.6, seeds 0 to 11.

Run: bench/peers/.venv/bin/python src/core/metrics/goldens/generate.py
"""

import json
from pathlib import Path

import numpy as np
import sklearn.metrics as m

cases = []
for seed in range(12):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(20, 90))
    truth = rng.choice(int(rng.integers(2, 9)), n, p=None)
    noisy = np.where(rng.random(n) < rng.random(), rng.integers(0, 12, n), truth)
    missing_t = rng.random(n) < (0.15 if seed % 2 else 0)
    missing_p = rng.random(n) < (0.1 if seed % 3 == 0 else 0)
    keep = ~missing_t & ~missing_p
    t, p = truth[keep], noisy[keep]
    precision, recall, f1, support = m.precision_recall_fscore_support(t, p, zero_division=0)
    cases.append({
        "truth": np.where(missing_t, -1, truth).tolist(),
        "predicted": np.where(missing_p, -1, noisy).tolist(),
        "nScored": int(keep.sum()),
        "ari": m.adjusted_rand_score(t, p),
        "ami": m.adjusted_mutual_info_score(t, p),
        "nmi": m.normalized_mutual_info_score(t, p),
        "homogeneity": m.homogeneity_score(t, p),
        "completeness": m.completeness_score(t, p),
        "micro": m.f1_score(t, p, average="micro", zero_division=0),
        "macro": m.f1_score(t, p, average="macro", zero_division=0),
        "weighted": m.f1_score(t, p, average="weighted", zero_division=0),
        "precision": precision.tolist(),
        "recall": recall.tolist(),
        "support": support.tolist(),
        "confusion": m.confusion_matrix(t, p).ravel().tolist(),
    })
(Path(__file__).parent / "metrics.json").write_text(json.dumps({"made_by": __doc__.split("\n")[0], "cases": cases}) + "\n")
