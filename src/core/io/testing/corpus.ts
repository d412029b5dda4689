import type { LabErrorCode } from "../../errors";
import { writeArrow } from "../arrow";
import { memorySource } from "../byte-source";
import { readH5ad } from "../h5ad";
import { writeHdf5 } from "./hdf5-writer";
import { anndataTree, frame, names, positions, sparse } from "./small-slice";

/** A file that is wrong in one way, and how the lab must answer: an error, or a note on a slice that opens. */
export interface BadFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly expect: { readonly code: LabErrorCode; readonly message: RegExp } | { readonly note: RegExp };
}

const CELLS = 50;
const GENES = 12;

/** The corpus of bad files, made in memory; runs in a page and in Node. */
export async function badFiles(): Promise<BadFile[]> {
  const h5ad = (replace: Parameters<typeof anndataTree>[2], nObs = CELLS) =>
    writeHdf5(anndataTree(nObs, GENES, replace));
  const good = await h5ad({});
  const arrow = writeArrow(await readH5ad(memorySource("good.h5ad", good)));
  const spatial = (values: Float32Array, shape = [CELLS, 2]) => ({ group: { spatial: { data: values, shape } } });
  const spoiled = (at: number, value: number) => positions(CELLS).map((v, k) => (k === at ? value : v));
  const counts = (value: (e: number) => number) => csr((_, e) => value(e));

  return [
    { name: "image.png", bytes: png(), expect: { code: "format", message: /is an image/ } },
    {
      name: "table.csv",
      bytes: text("cell,x,y\na,1,2\nb,3,4\n"),
      expect: { code: "format", message: /is a text file/ },
    },
    { name: "empty.h5ad", bytes: new Uint8Array(), expect: { code: "format", message: /is empty/ } },
    {
      name: "noise.h5ad",
      bytes: text("\u0001\u0002\u0003 no format"),
      expect: { code: "format", message: /not a slice/ },
    },
    { name: "archive.zip", bytes: text("PK\u0003\u0004"), expect: { code: "format", message: /zip archive/ } },
    {
      name: "truncated.h5ad",
      bytes: good.slice(0, good.length / 2),
      expect: { code: "format", message: /is truncated: it says it has \d+ bytes/ },
    },
    {
      name: "header-only.h5ad",
      bytes: good.slice(0, 64),
      expect: { code: "format", message: /truncated|header cannot be read/ },
    },
    {
      name: "truncated.arrow",
      bytes: arrow.slice(0, arrow.length / 2),
      expect: { code: "format", message: /its end is missing/ },
    },
    {
      name: "damaged-footer.arrow",
      bytes: damagedFooter(arrow),
      expect: { code: "format", message: /Arrow file, but/ },
    },
    {
      name: "no-matrix.h5",
      bytes: await writeHdf5({ notes: { data: ["nothing here"] } }),
      expect: { code: "missing", message: /without an expression matrix X/ },
    },
    {
      name: "no-coordinates.h5ad",
      bytes: await h5ad({ obsm: null }),
      expect: { code: "missing", message: /has no coordinates/ },
    },
    {
      name: "one-axis.h5ad",
      bytes: await h5ad({ obsm: spatial(new Float32Array(CELLS), [CELLS, 1]) }),
      expect: { code: "shape", message: /expected \(50, 2\)/ },
    },
    {
      name: "nan-coordinates.h5ad",
      bytes: await h5ad({ obsm: spatial(spoiled(14, Number.NaN)) }),
      expect: { code: "range", message: /1 of 50 cells have NaN or infinite coordinates, first cell-7/ },
    },
    {
      name: "infinite-coordinates.h5ad",
      bytes: await h5ad({ obsm: spatial(spoiled(7, Number.POSITIVE_INFINITY)) }),
      expect: { code: "range", message: /first cell-3/ },
    },
    {
      name: "negative-counts.h5ad",
      bytes: await h5ad({ X: counts((e) => (e === 9 ? -2 : 3)) }),
      expect: { code: "range", message: /negative values/ },
    },
    {
      name: "log1p-only.h5ad",
      bytes: await h5ad({ X: counts((e) => Math.log1p(1 + (e % 7))) }),
      expect: { code: "ambiguous", message: /X does not hold counts/ },
    },
    {
      name: "duplicate-cells.h5ad",
      bytes: await h5ad({ obs: frame(names("cell", CELLS).map((n, i) => (i === 4 ? "cell-2" : n))) }),
      expect: { note: /1 cell name occurred before, first "cell-2"/ },
    },
    {
      name: "duplicate-genes.h5ad",
      bytes: await h5ad({ var: frame(names("gene", GENES).map((n, j) => (j === 3 ? "gene-1" : n))) }),
      expect: { note: /1 gene name occurred before, first "gene-1"; made unique/ },
    },
    { name: "no-cells.h5ad", bytes: await h5ad({}, 0), expect: { code: "missing", message: /has no cells/ } },
    { name: "one-cell.h5ad", bytes: await h5ad({}, 1), expect: { code: "missing", message: /has a single cell/ } },
    {
      name: "short-column.h5ad",
      bytes: await h5ad({ obs: frame(names("cell", CELLS), { depth: new Float32Array(CELLS - 3) }) }),
      expect: { code: "shape", message: /obs column depth has 47 values, expected 50/ },
    },
    {
      name: "wrong-shape.h5ad",
      bytes: await h5ad({ var: frame(names("gene", GENES + 1)) }),
      expect: { code: "shape", message: /X is 50 x 12, but there are 50 cells and 13 genes/ },
    },
    {
      name: "damaged-matrix.h5ad",
      bytes: await h5ad({ X: csr((gene, e) => gene + e, 40) }),
      expect: { code: "format", message: /indices holds \d+ where 12 is the limit/ },
    },
  ];
}

/** Two good slices that have no gene in common. */
export async function strangers(): Promise<readonly [Uint8Array, Uint8Array]> {
  const mouse = await writeHdf5(anndataTree(CELLS, GENES, { var: frame(names("mouse", GENES)) }));
  const human = await writeHdf5(anndataTree(CELLS, GENES, { var: frame(names("human", GENES)) }));
  return [mouse, human];
}

function csr(value: (gene: number, e: number) => number, shift = 0) {
  const indptr = Int32Array.from({ length: CELLS + 1 }, (_, i) => 2 * i);
  const indices = Int32Array.from({ length: 2 * CELLS }, (_, e) => (e % 2) + (Math.floor(e / 2) % (GENES - 1)) + shift);
  return sparse(CELLS, GENES, indptr, indices, Float32Array.from(indices, value));
}

function text(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}

function png(): Uint8Array {
  return Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52);
}

/** Begin and end as they should be, the footer between them overwritten. */
function damagedFooter(arrow: Uint8Array): Uint8Array {
  const bytes = arrow.slice();
  bytes.fill(0x7f, bytes.length - 400, bytes.length - 10);
  return bytes;
}
