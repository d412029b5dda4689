"""Writes what anndata says of the test files: golden.json of the real slices, and small fixtures in every encoding.

anndata 0.12.19, h5py 3.16.0, numpy 2.4.6, pandas 2.3.3, pyarrow 26.0.1, scipy 1.17.1; seed 1.
Run from the repository's root: bench/peers/.venv/bin/python src/core/io/goldens/generate.py
The fixtures are made up here; the real slices are read from ../shared/data where it is, and only tallies are kept.
"""

import gzip
import json
from pathlib import Path

import anndata as ad
import h5py
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather as feather
import scipy.sparse as sp

HERE = Path(__file__).parent
DATA = Path("../shared/data")
FIXTURES = HERE.parent / "fixtures"
N, G = 40, 15


def tallies(adata):
    """Numbers that a reader must reproduce."""
    counts = adata.X if sp.issparse(adata.X) else sp.csr_matrix(adata.X)
    columns = {}
    for name in adata.obs:
        column = adata.obs[name]
        if isinstance(column.dtype, pd.CategoricalDtype):
            columns[name] = {str(k): int(v) for k, v in column.value_counts(sort=False).items()}
    return {
        "nObs": adata.n_obs,
        "nVars": adata.n_vars,
        "nnz": int((counts != 0).sum()),
        "totalCounts": float(counts.sum()),
        "countsByGene": [float(v) for v in np.asarray(counts.sum(axis=0)).ravel()[:20]],
        "sumOfCoordinates": [float(v) for v in np.asarray(adata.obsm["spatial"], dtype=np.float64)[:, :2].sum(axis=0)],
        "firstCell": str(adata.obs_names[0]),
        "lastGene": str(adata.var_names[-1]),
        "categories": columns,
    }


def base(rng):
    counts = rng.poisson(0.8, (N, G)).astype(np.float32)
    counts[0, 0] = 300  # does not fit a byte
    obs = pd.DataFrame(
        {
            "layer": pd.Categorical([["L1", "L2", "WM"][i % 3] if i % 7 else None for i in range(N)]),
            "depth": np.linspace(0, 1, N),
            "size": np.arange(N, dtype=np.int64),
            "in_tissue": np.arange(N) % 2 == 0,
            "animal": [f"m{i % 2}" for i in range(N)],
            "sample": pd.Categorical([f"s{i % 2}" for i in range(N)]),
        },
        index=[f"cell-{i}" for i in range(N)],
    )
    adata = ad.AnnData(sp.csr_matrix(counts), obs=obs, var=pd.DataFrame(index=[f"gene-{j}" for j in range(G)]))
    adata.obsm["spatial"] = rng.uniform(0, 100, (N, 2))
    adata.uns["layer_colors"] = np.array(["#FF0000", "#00ff00", "#0000ffff"], dtype=object)
    return adata


def write_fixtures():
    FIXTURES.mkdir(exist_ok=True)
    golden = {}

    def keep(name, adata, truth=None, **options):
        adata.write_h5ad(FIXTURES / f"{name}.h5ad", compression="gzip", **options)
        golden[name] = tallies(truth if truth is not None else adata)

    adata = base(np.random.default_rng(1))
    keep("csr", adata)

    csc = adata.copy()
    csc.X = sp.csc_matrix(csc.X)
    keep("csc", csc)

    dense = adata.copy()
    dense.X = dense.X.toarray().astype(np.float64)
    keep("dense", dense)

    layers = adata.copy()
    layers.layers["counts"] = adata.X.copy()
    layers.X = sp.csr_matrix(np.log1p(adata.X.toarray()))
    keep("layers-counts", layers, adata)

    raw = adata.copy()
    raw.raw = adata
    raw.X = sp.csr_matrix(np.log1p(adata.X.toarray()))
    keep("raw", raw[:, :5].copy(), adata)

    ambiguous = adata.copy()
    ambiguous.layers["spliced"] = adata.X.copy()
    ambiguous.layers["scaled"] = adata.X.toarray() - 1
    ambiguous.X = sp.csr_matrix(np.log1p(adata.X.toarray()))
    keep("ambiguous", ambiguous, adata)

    nullable = adata.copy()
    nullable.obs["age"] = pd.array([None if i % 5 == 0 else i for i in range(N)], dtype="Int64")
    nullable.obs["treated"] = pd.array([None if i % 5 == 0 else i % 2 == 0 for i in range(N)], dtype="boolean")
    nullable.obs["cluster"] = pd.Categorical([i % 4 for i in range(N)])
    nullable.obsm["spatial"] = np.column_stack([adata.obsm["spatial"], np.zeros(N)])
    keep("nullable", nullable)

    columns = adata.copy()
    columns.obs["x_centroid"], columns.obs["y_centroid"] = adata.obsm["spatial"].T
    del columns.obsm["spatial"]
    keep("columns", columns, adata)

    # as anndata 0.7 wrote: no encoding attributes, categories in a group of their own
    keep("old", adata)
    with h5py.File(FIXTURES / "old.h5ad", "r+") as f:
        for path in ["/", "X", "obs", "var", "obsm", "uns", "layers", "obsp", "varm", "varp"]:
            for key in ["encoding-type", "encoding-version"]:
                f[path].attrs.pop(key, None)
        shape = f["X"].attrs.pop("shape")
        f["X"].attrs["h5sparse_format"], f["X"].attrs["h5sparse_shape"] = "csr", shape
        old = f["obs"].create_group("__categories")
        for name in ["layer", "sample"]:
            codes, categories = f[f"obs/{name}/codes"][:], f[f"obs/{name}/categories"][:]
            del f[f"obs/{name}"]
            f[f"obs/{name}"] = codes
            old.create_dataset(name, data=categories, dtype=h5py.string_dtype())
            f[f"obs/{name}"].attrs["categories"] = old[name].ref

    # as anndata 0.6 wrote: obs is one compound table
    keep("compound", adata)
    with h5py.File(FIXTURES / "compound.h5ad", "r+") as f:
        del f["obs"]
        f["obs"] = np.array([(b"cell-0", 1.0)], dtype=[("index", "S8"), ("depth", "f4")])

    keep("lzf", adata)
    with h5py.File(FIXTURES / "lzf.h5ad", "r+") as f:
        values = f["X/data"][:]
        del f["X/data"]
        f["X"].create_dataset("data", data=values, compression="lzf")

    # HDF5 pads its tables with zeros: ten times smaller packed
    for file in FIXTURES.glob("*.h5ad"):
        (FIXTURES / f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes(), mtime=0))
        file.unlink()

    write_arrow(adata)
    (HERE / "fixtures.json").write_text(json.dumps(golden, indent=1) + "\n")


def write_arrow(adata):
    """The example of docs/formats.md, and the forms other tools give the same table."""
    X = adata.X.tocsr()
    metadata = {"slice.genes": json.dumps(list(adata.var_names))}
    columns = {
        "cell": pa.array(adata.obs_names),
        "x": pa.array(adata.obsm["spatial"][:, 0], pa.float32()),
        "y": pa.array(adata.obsm["spatial"][:, 1], pa.float32()),
        "layer": pa.array(adata.obs["layer"]),
        "depth": pa.array(adata.obs["depth"], pa.float32()),
        "gene": pa.ListArray.from_arrays(X.indptr, pa.array(X.indices, pa.uint16())),
        "count": pa.ListArray.from_arrays(X.indptr, pa.array(X.data, pa.uint16())),
    }
    table = pa.table(columns).replace_schema_metadata(metadata)
    with pa.OSFile(str(FIXTURES / "plain.arrow"), "wb") as f, pa.ipc.new_file(f, table.schema) as writer:
        writer.write_table(table)
    feather.write_feather(table, FIXTURES / "lz4.feather", compression="lz4")
    feather.write_feather(table, FIXTURES / "zstd.feather", compression="zstd")
    with pa.OSFile(str(FIXTURES / "batches.arrow"), "wb") as f, pa.ipc.new_file(f, table.schema) as writer:
        writer.write_table(table, max_chunksize=13)
    large = table.set_column(5, "gene", pa.LargeListArray.from_arrays(X.indptr, pa.array(X.indices, pa.int64())))
    large = large.set_column(6, "count", pa.LargeListArray.from_arrays(X.indptr, pa.array(X.data, pa.float64())))
    large = large.set_column(0, "cell", table["cell"].cast(pa.large_string()))
    large = large.set_column(3, "layer", table["layer"].cast(pa.string()))
    with pa.OSFile(str(FIXTURES / "large.arrow"), "wb") as f, pa.ipc.new_file(f, large.schema) as writer:
        writer.write_table(large)


if __name__ == "__main__":
    write_fixtures()
    if DATA.is_dir():
        real = {f.stem: tallies(ad.read_h5ad(f)) for f in sorted(DATA.glob("*.h5ad"))}
        (HERE / "real-slices.json").write_text(json.dumps(real, indent=1, ensure_ascii=False) + "\n")
