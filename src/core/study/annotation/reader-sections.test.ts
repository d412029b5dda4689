import { expect, test } from "vitest";
import { surveySections } from "../../collection/collection";
import { memoryStore } from "../../collection/testing/memory-store";
import { combineSections } from "../../slice/combine";
import type { CategoricalColumn, Slice } from "../../slice/slice";
import { smallTissue } from "../../testing/small-tissue";
import { expressionRows } from "../baselines/expression-rows";
import { labReader } from "./linear-reader";
import { readerOverSections } from "./reader-sections";
import { learnReader, withReader } from "./reader-verdict";

const names = ["D0", "D1", "D2"];
/** The second section says D1 of every fifth cell alone; the third is tested on. */
const slices = [12, 10, 11].map((side, s): Slice => {
  const { slice, domains } = smallTissue({ side, seed: s + 1 });
  const codes = Int8Array.from(domains, (d, i) => (s === 1 && (d !== 1 || i % 5 > 0) ? -1 : d));
  const domain: CategoricalColumn = { kind: "categorical", name: "domain", codes, categories: names };
  return { ...slice, name: `s${s}`, section: { codes: new Int8Array(slice.nObs), names: [`s${s}`] }, obs: [domain] };
});
const { store, use } = memoryStore(Object.fromEntries(slices.map((slice, s) => [`${s}.arrow`, slice])));
const label = { name: "domain", leaveOut: [] };
const wish = { label, classes: names, known: [0, 1] };

test.each([true, false])("a reader over sections learns what one of all of them as one slice does: %s", async (all) => {
  const collection = await surveySections(store);
  const reader = await readerOverSections(store, collection, { ...wish, all }, labReader);
  const whole = combineSections(all ? slices : slices.slice(0, 2));
  const [column] = whole.obs as CategoricalColumn[];
  const cells = Uint32Array.from(column.codes.keys());
  const drawn = cells.filter((i) => whole.section.codes[i] < 2 && column.codes[i] >= 0);
  const unlabelled = all ? cells.filter((i) => !drawn.includes(i)) : null;
  const known = { features: expressionRows(whole, null), codes: column.codes, drawn, unlabelled };
  const expected = learnReader(known, [0, 1, 2], labReader);
  expect(reader.selfTrained).toBe(all);
  expect(reader.statistics.targetSum).toBe(expected.statistics.targetSum);
  const uniform = new Float32Array(3 * whole.nObs).fill(1 / 3);
  const [own, other] = [reader, expected].map((one) => withReader(uniform, one, whole));
  expect(Math.max(...own.map((p, e) => Math.abs(p - other[e])))).toBeLessThan(0.01);
  expect(use.mostOpen).toBe(1);
});

test("labels of sections that are not known are read by nobody", async () => {
  const blind = slices.map((slice, s) => {
    const [column] = slice.obs as CategoricalColumn[];
    return s < 2 ? slice : { ...slice, obs: [{ ...column, codes: column.codes.map((code) => (code + 1) % 3) }] };
  });
  const { store: other } = memoryStore(Object.fromEntries(blind.map((slice, s) => [`${s}.arrow`, slice])));
  const of = { ...wish, all: true };
  const [a, b] = await Promise.all(
    [store, other].map(async (one) => readerOverSections(one, await surveySections(one), of, labReader)),
  );
  expect(a).toEqual(b);
});
