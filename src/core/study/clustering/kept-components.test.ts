import { expect, test } from "vitest";
import { smallTissue } from "../../testing/small-tissue";
import { componentsFile } from "./kept-components";

const { slice } = smallTissue({ side: 6, nVars: 9 });
const recipe = { targetSum: "median", log1p: true, scale: true, center: true, components: 5 } as const;
const file = componentsFile(slice, recipe);

test("components of other counts, other genes or another recipe have another name", () => {
  expect(file).toMatch(/^components\/[\w.-]+-[0-9a-f]{16}\.safetensors$/);
  const { X } = slice;
  const last = X.data.length - 1;
  const others = [
    componentsFile({ ...slice, X: { ...X, data: X.data.map((count, e) => (e === last ? count + 1 : count)) } }, recipe),
    componentsFile({ ...slice, X: { ...X, indices: X.indices.map((gene, e) => (e === 0 ? gene ^ 1 : gene)) } }, recipe),
    componentsFile({ ...slice, nVars: slice.nVars + 1 }, recipe),
    componentsFile({ ...slice, countState: "log1p" }, recipe),
    componentsFile(slice, { ...recipe, components: 6 }),
    componentsFile(slice, { ...recipe, scale: false }),
  ];
  expect(new Set([file, ...others]).size).toBe(1 + others.length);
});

test("the same counts have the same name wherever they lie in memory, and genes alone none", () => {
  const moved = new Uint8Array(slice.X.data.byteLength + 1);
  moved.set(new Uint8Array(slice.X.data.buffer, slice.X.data.byteOffset, slice.X.data.byteLength), 1);
  const { BYTES_PER_ELEMENT: width } = slice.X.data;
  if (width === 1) {
    const data = moved.subarray(1);
    expect(componentsFile({ ...slice, X: { ...slice.X, data } }, recipe)).toBe(file);
  }
  expect(width).toBe(1);
  expect(componentsFile({ ...slice, X: { ...slice.X, indptr: slice.X.indptr.slice() } }, recipe)).toBe(file);
  const { components: _, ...genes } = recipe;
  expect(componentsFile(slice, genes)).toBeNull();
});
