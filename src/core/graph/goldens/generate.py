"""Edges of scikit-learn and SciPy as checksums, for neighbours.golden.test.ts.

Run: bench/peers/.venv/bin/python src/core/graph/goldens/generate.py [folder of the real slices]
Versions are in bench/peers/requirements.txt and in the file written.

An edge list is summed up as its count, two order-free sums of a hash of (row, column), and the sum of lengths.
Random points are counter-based, so that no coordinates need storing: coordinate c of cell i is
float32(side * hash32(hash32(seed) ^ (2 i + c)) / 2^32).
scikit-learn breaks ties of kNN as it likes: here more neighbours are asked for and the lowest cell numbers taken.
"""
import json
import pathlib
import sys

import anndata
import numpy as np
import scipy
import sklearn
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Delaunay
from sklearn.neighbors import NearestNeighbors

HERE = pathlib.Path(__file__).parent
DATA = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else HERE.parents[4] / "shared" / "data")


def hash32(x):
    h = np.atleast_1d(np.asarray(x, np.uint32))
    h = (h ^ (h >> np.uint32(16))) * np.uint32(0x21F0AAAD)
    h = (h ^ (h >> np.uint32(15))) * np.uint32(0x735A2D97)
    return h ^ (h >> np.uint32(15))


def checksum(rows, cols, positions):
    pair = lambda salt: int(hash32(hash32(rows + np.uint32(salt)) ^ cols).sum(dtype=np.uint64) % 2**32)
    rows, cols = rows.astype(np.uint32), cols.astype(np.uint32)
    p = positions.astype(np.float64)
    length = np.sqrt(((p[rows] - p[cols]) ** 2).sum(1))
    n = len(positions)
    components = connected_components(scipy.sparse.csr_array((np.ones(len(rows)), (rows, cols)), (n, n)), False)[0]
    return {"edges": len(rows), "sum": pair(0), "sum2": pair(1), "length": float(length.sum()), "components": components}


def knn(positions, k):
    p = positions.astype(np.float64)
    more = min(len(p), k + 13)
    found = NearestNeighbors(n_neighbors=more, algorithm="kd_tree").fit(p).kneighbors(p, return_distance=False)
    d = ((p[found] - p[:, None]) ** 2).sum(2)
    d[found == np.arange(len(p))[:, None]] = -1  # the cell itself first, so that it can be dropped
    order = np.lexsort((found, d), axis=1)[:, 1 : k + 1]
    cols = np.take_along_axis(found, order, 1)
    return np.repeat(np.arange(len(p)), cols.shape[1]), cols.ravel()


def radius(positions, r):
    p = positions.astype(np.float64)
    g = NearestNeighbors(radius=r, algorithm="kd_tree").fit(p).radius_neighbors_graph(mode="connectivity").tocoo()
    keep = g.row != g.col
    return g.row[keep], g.col[keep]


def delaunay(positions):
    """SciPy leaves out all but one cell of a place: triangulate the first of each and link the others to it."""
    _, first, place = np.unique(positions, axis=0, return_index=True, return_inverse=True)
    indptr, cols = Delaunay(positions[first].astype(np.float64)).vertex_neighbor_vertices
    rows = np.repeat(np.arange(len(first)), np.diff(indptr))
    twins = np.setdiff1d(np.arange(len(positions)), first)
    kept = first[place[twins]]
    return np.concatenate([first[rows], twins, kept]), np.concatenate([first[cols], kept, twins])


def by_section(build, positions, codes):
    rows, cols = [], []
    for code in np.unique(codes):
        cells = np.flatnonzero(codes == code)
        r, c = build(positions[cells])
        rows.append(cells[r])
        cols.append(cells[c])
    return checksum(np.concatenate(rows), np.concatenate(cols), positions)


def case(name, positions, codes, k, r, **more):
    return {
        "name": name, "nObs": len(positions), "k": k, "radius": r, **more,
        "knn": by_section(lambda p: knn(p, k), positions, codes),
        "within": by_section(lambda p: radius(p, r), positions, codes),
        "delaunay": by_section(delaunay, positions, codes),
    }  # fmt: skip


def random_case(seed):
    n, side, sections, k = 400 + 257 * seed, 300.0 + 50 * seed, 1 + seed % 3, [1, 6, 8, 15][seed % 4]
    at = hash32(hash32(np.uint32(seed)) ^ np.arange(2 * n, dtype=np.uint32)) / 2**32 * side
    codes = np.arange(n) % sections
    r = [15.0, 25.0, 40.0][seed % 3]
    return case(f"random {seed}", at.astype(np.float32).reshape(n, 2), codes, k, r, seed=seed, side=side, sections=sections)


def real_case(name, r, section=None):
    a = anndata.read_h5ad(DATA / f"{name}.h5ad", backed="r")
    codes = a.obs[section].cat.codes.to_numpy() if section else np.zeros(a.n_obs, np.int8)
    return case(name, np.asarray(a.obsm["spatial"]).astype(np.float32), codes, 6, r)


golden = {
    "made by": f"scikit-learn {sklearn.__version__}, scipy {scipy.__version__}, numpy {np.__version__}",
    "random": [random_case(seed) for seed in range(10)],
    "real": [real_case("merfish_hypothalamus", 40.0, "section"), real_case("dlpfc_151673", 140.0), real_case("osmfish_ssp", 40.0)],
}  # fmt: skip
(HERE / "neighbours.json").write_text(json.dumps(golden, indent=1) + "\n")
