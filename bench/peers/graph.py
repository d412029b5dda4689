"""scikit-learn's, SciPy's and squidpy's side of bench/graph.ts: graph.py [squidpy_]KIND POINTS.f32 REPEATS.

Prints one JSON object: time of each run in ms, peak resident memory of this process in bytes, number of edges.
"""
import json
import os
import resource
import sys
import time

import numpy as np
from scipy.sparse import csr_array
from scipy.spatial import Delaunay
from sklearn.neighbors import NearestNeighbors

from peer_memory import ends_where_memory_ends, limit_memory


def knn6(points):
    return NearestNeighbors(n_neighbors=6, algorithm="kd_tree", n_jobs=-1).fit(points).kneighbors_graph(mode="distance").nnz


def radius40(points):
    # without points to look for, a cell is not its own neighbour
    return NearestNeighbors(radius=40.0, algorithm="kd_tree", n_jobs=-1).fit(points).radius_neighbors_graph(mode="distance").nnz


def delaunay(points):
    """As squidpy does it, with the lengths of the edges."""
    indptr, indices = Delaunay(points).vertex_neighbor_vertices
    rows = np.repeat(np.arange(len(points)), np.diff(indptr))
    lengths = np.sqrt(((points[rows] - points[indices]) ** 2).sum(1))
    return csr_array((lengths, indices, indptr), shape=(len(points), len(points))).nnz


def squidpy_graph(points, **how):
    """Distances, and the connectivities that squidpy makes beside them."""
    from anndata import AnnData
    from squidpy.gr import spatial_neighbors

    cells = AnnData(shape=(len(points), 0), obsm={"spatial": points})
    spatial_neighbors(cells, coord_type="generic", n_jobs=-1, **how)
    return cells.obsp["spatial_distances"].nnz


def squidpy_knn6(points):
    return squidpy_graph(points, n_neighs=6)


def squidpy_radius40(points):
    return squidpy_graph(points, radius=40.0)


def squidpy_delaunay(points):
    return squidpy_graph(points, delaunay=True)


def main(kind, file, repeats):
    limit_memory()
    points = np.fromfile(file, np.float32).reshape(-1, 2).astype(np.float64)
    result = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # squidpy writes a log to standard output
    if kind.startswith("squidpy"):
        globals()[kind](points[:100])  # its imports take seconds
    ms = []
    for _ in range(int(repeats)):
        start = time.perf_counter()
        made = globals()[kind](points)
        ms.append(1000 * (time.perf_counter() - start))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"ms": ms, "peakBytes": peak, "made": int(made)}), file=result)


if __name__ == "__main__":
    ends_where_memory_ends(lambda: main(*sys.argv[1:]), sys.argv[1])
