"""Slices of the lab (Arrow files, docs/formats.md), preprocessed and joined as a recipe says, in NumPy and SciPy."""
import json

import numpy as np
import pyarrow as pa
from scipy.sparse import coo_array, csr_array
from scipy.spatial import Delaunay, cKDTree


def read_slice(path):
    """Counts (CSR), positions in µm, section codes, genes, and whether the values are logarithms already."""
    table = pa.ipc.open_file(path).read_all().combine_chunks()
    metadata = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}
    genes = json.loads(metadata["slice.genes"])
    gene, count = (table[name].chunk(0) for name in ("gene", "count"))
    indptr = gene.offsets.to_numpy()
    counts = csr_array(
        (count.values.to_numpy().astype(np.float64), gene.values.to_numpy(), indptr), shape=(len(table), len(genes))
    )
    scale = json.loads(metadata.get("slice.unit", "{}")).get("micronsPerUnit", 1)
    # in float32, as the lab has them: a radius decides by the last bit
    xy = np.stack([table[axis].to_numpy() for axis in "xy"], 1) * np.float32(scale)
    section = table["section"].chunk(0).indices.to_numpy() if "section" in table.column_names else np.zeros(len(table))
    return counts, xy.astype(np.float64), section, genes, metadata.get("slice.counts") == "log1p"


def normalize(counts, recipe, is_log):
    """Size factors, log1p, unit variance and centring as the recipe says; a dense float32 array."""
    x = counts.copy()
    if not is_log:
        totals = x.sum(1)
        target = np.median(totals[totals > 0]) if recipe["targetSum"] == "median" else recipe["targetSum"]
        factors = np.divide(target, totals, out=np.zeros_like(totals), where=totals > 0)
        x.data *= np.repeat(factors, np.diff(x.indptr))
        if recipe["log1p"]:
            x.data = np.log1p(x.data)
    if recipe["scale"]:
        variance = np.asarray(x.multiply(x).mean(0)) - np.asarray(x.mean(0)) ** 2
        deviation = np.sqrt(np.where(variance > 0, variance, 1))
        x.data /= deviation[x.indices]
    x = x.toarray()
    if recipe.get("center"):
        x -= x.mean(0)
    return x.astype(np.float32)


def neighbours_within(xy, recipe):
    """Pairs (cell, neighbour) of one section."""
    kind, tree = recipe["kind"], cKDTree(xy)
    if kind == "knn":
        _, found = tree.query(xy, recipe["k"] + 1)
        # of cells in one place, the cell itself need not come first
        rows = [[j for j in row if j != i][: recipe["k"]] for i, row in enumerate(found)]
        return np.repeat(np.arange(len(xy)), recipe["k"]), np.concatenate(rows)
    if kind == "radius":
        pairs = tree.query_pairs(recipe["radiusMicrons"], output_type="ndarray")
    else:
        sides = Delaunay(xy).simplices[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
        pairs = np.unique(np.sort(sides, 1), axis=0)
        longest = recipe["maxEdgeMicrons"]
        if longest is not None:
            pairs = pairs[np.linalg.norm(xy[pairs[:, 0]] - xy[pairs[:, 1]], axis=1) <= longest]
    return np.concatenate([pairs[:, 0], pairs[:, 1]]), np.concatenate([pairs[:, 1], pairs[:, 0]])


def edge_index(xy, section, recipe):
    """PyG's edge_index, (2, edges): from neighbour to cell. No edge joins two sections."""
    parts = []
    for code in np.unique(section):
        cells = np.flatnonzero(section == code)
        parts.append(cells[np.stack(neighbours_within(xy[cells], recipe))])
    to, source = np.concatenate(parts, 1)
    mode = recipe.get("symmetrize", "none")
    if mode == "none":
        return np.stack([source, to])
    if mode == "doubled":
        return np.stack([np.concatenate([source, to]), np.concatenate([to, source])])
    a = coo_array((np.ones(len(to), np.int8), (to, source)), shape=(len(xy),) * 2).tocsr()
    both = (a.maximum(a.T) if mode == "union" else a.minimum(a.T)).tocoo()
    return np.stack([both.col, both.row])
