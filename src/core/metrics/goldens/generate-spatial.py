"""Writes spatial.json: silhouette, Moran's I, Geary's C, CHAOS, PAS, from scikit-learn 1.9.1, esda 2.7.1, libpysal 4.14.1.

Run in an environment of its own: pip install esda==2.7.1 libpysal==4.14.1 scikit-learn==1.9.1 (numpy 2.4.6, scipy 1.17.1)
    python src/core/metrics/goldens/generate-spatial.py

SDMBench is no package; CHAOS, PAS and spatial ASW are its formulas written out over KD-trees, and each is checked here
against the plain all-pairs form. Seeds 0 to 3.
"""

import json
from pathlib import Path

import numpy as np
from esda import Geary, Moran
from libpysal.weights import W
from scipy.spatial import KDTree
from scipy.spatial.distance import cdist
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import StandardScaler


def chaos(codes, xy):
    s = StandardScaler().fit_transform(xy)
    total = 0.0
    for c in np.unique(codes):
        p = s[codes == c]
        if len(p) <= 2:
            continue
        near = KDTree(p).query(p, k=2)[0][:, 1]
        full = cdist(p, p)
        np.fill_diagonal(full, np.inf)
        assert np.allclose(near, full.min(1))
        total += near.sum()
    return total / len(codes)


def pas(codes, xy, k=10):
    ids = KDTree(xy).query(xy, k=k + 1)[1][:, 1:]
    full = cdist(xy, xy)
    np.fill_diagonal(full, np.inf)
    assert np.array_equal(ids, np.argsort(full, 1)[:, :k])
    return float(((codes[ids] != codes[:, None]).sum(1) > k / 2).mean())


def knn(xy, k):
    return KDTree(xy).query(xy, k=k + 1)[1][:, 1:]


cases = []
for seed in range(4):
    rng = np.random.default_rng(seed)
    n, d = int(rng.integers(50, 70)), 3
    xy = (rng.random((n, 2)) * [300, 200]).astype("f4")
    codes = (xy[:, 0] // 80).astype(int)
    codes = np.where(rng.random(n) < 0.25, rng.integers(0, 4, n), codes)
    if seed == 1:
        codes[0] = 7  # a cluster of one
    codes[rng.random(n) < (0.2 if seed % 2 else 0)] = -1
    x = np.c_[xy[:, 0] / 100, codes + rng.normal(size=n), rng.normal(size=n)].astype("f4")
    keep = np.flatnonzero(codes >= 0)
    c, p, e = codes[keep], xy[keep].astype(float), x[keep].astype(float)
    near = knn(xy.astype(float), 5)
    # the graph among the cells that count
    place = {int(cell): i for i, cell in enumerate(keep)}
    links = {i: [place[int(j)] for j in near[cell] if int(j) in place] for cell, i in place.items()}
    w = W(links, silence_warnings=True)
    w.transform = "r"
    one_hot = [(c == k).astype(float) for k in np.unique(c)]
    cases.append({
        "n": n, "d": d, "xy": xy.ravel().tolist(), "codes": codes.tolist(), "x": x.ravel().tolist(),
        "neighbours": np.sort(near, 1).tolist(),
        "silhouette": silhouette_score(e, c),
        "spatialSilhouette": silhouette_score(p, c),
        "moransI": [Moran(e[:, j], w, transformation="r", permutations=0).I for j in range(d)],
        "gearysC": [Geary(e[:, j], w, transformation="r", permutations=0).C for j in range(d)],
        "clusterMoransI": float(np.mean([Moran(v, w, transformation="r", permutations=0).I for v in one_hot])),
        "clusterGearysC": float(np.mean([Geary(v, w, transformation="r", permutations=0).C for v in one_hot])),
        "chaos": chaos(c, p), "pas": pas(c, p),
    })
out = {"made_by": __doc__.split("\n")[0], "cases": cases}
(Path(__file__).parent / "spatial.json").write_text(json.dumps(out, separators=(",", ":"), default=float) + "\n")
