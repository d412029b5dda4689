"""Writes classifiers.json: logistic regression and k-means on small sets, from scikit-learn 1.9.1, numpy 2.4.6, seed 0.

Run: bench/peers/.venv/bin/python src/core/cluster/goldens/generate-classifiers.py
"""

import json
from pathlib import Path

import numpy as np
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.preprocessing import StandardScaler

rng = np.random.default_rng(0)
n, d, classes = 120, 5, 4
codes = rng.choice(classes, n, p=[0.4, 0.3, 0.2, 0.1])
x = (rng.normal(size=(classes, d))[codes] * 1.2 + rng.normal(size=(n, d)) * [1, 2, 0.5, 1, 3]).astype("f4").astype(float)
test = np.zeros(n, bool)
test[::4] = True
scaler = StandardScaler().fit(x[~test])
# a tight tolerance, so that the minimum is compared and not the way there
model = LogisticRegression(C=1, tol=1e-9, max_iter=100000).fit(scaler.transform(x[~test]), codes[~test])
usual = LogisticRegression(C=1).fit(scaler.transform(x[~test]), codes[~test])
predicted = model.predict(scaler.transform(x))
probability = model.predict_proba(scaler.transform(x)).max(1)
assert (predicted == usual.predict(scaler.transform(x))).all()

points = np.concatenate([rng.normal(size=(30, 2)) * s + c for s, c in [(1, 0), (0.5, 5), (2, [9, -6]), (1, [-8, 3])]])
out = {
    "made_by": __doc__.split("\n")[0],
    "probe": {
        "n": n, "d": d, "x": x.ravel().astype(float).tolist(), "codes": codes.tolist(), "test": test.astype(int).tolist(),
        "weights": model.coef_.ravel().tolist(), "bias": model.intercept_.tolist(),
        "predicted": predicted.tolist(), "probability": probability.tolist(),
        "micro": f1_score(codes[test], predicted[test], average="micro"),
        "macro": f1_score(codes[test], predicted[test], average="macro"),
    },
    "kmeans": {
        "points": points.astype("f4").ravel().astype(float).tolist(),
        "inertia": {
            str(k): float(KMeans(k, n_init=50, random_state=0, tol=0).fit(points.astype("f4")).inertia_)
            for k in (1, 2, 3, 4, 6, 9)
        },
    },
}
(Path(__file__).parent / "classifiers.json").write_text(json.dumps(out, separators=(",", ":")) + "\n")
