import { describe, expect, test } from "vitest";
import { createRng, normal } from "../random";
import { positionsMicrons } from "./slice";
import { tinySlice } from "./testing/tiny-slice";
import { estimateUnit, isHexagonal, unitNamed, withUnit } from "./unit";

const N = 1000;
const codes = new Int8Array(N);

/** Cells on a square grid of this spacing, shaken by a fifth of it. */
function tissue(spacing: number, seed = 1): Float32Array {
  const rng = createRng(seed);
  return Float32Array.from({ length: 2 * N }, (_, k) => {
    const place = k % 2 ? Math.floor(k / 2 / 32) : (k >> 1) % 32;
    return spacing * (place + 0.2 * normal(rng));
  });
}

/** Visium's lattice, turned by an angle and rounded to pixels. */
function lattice(pitch: number, angle: number): Float32Array {
  const out = new Float32Array(2 * N);
  for (let i = 0; i < N; i++) {
    const [row, col] = [Math.floor(i / 32), i % 32];
    const [x, y] = [pitch * (col + (row % 2) / 2), (pitch * row * Math.sqrt(3)) / 2];
    out[2 * i] = Math.round(x * Math.cos(angle) - y * Math.sin(angle));
    out[2 * i + 1] = Math.round(x * Math.sin(angle) + y * Math.cos(angle));
  }
  return out;
}

describe("the unit of a slice", () => {
  test("looks like µm where cells are as far apart as cells are", () => {
    for (const spacing of [6, 12, 40])
      expect(estimateUnit(tissue(spacing), codes).unit).toMatchObject({ name: "µm", micronsPerUnit: 1 });
  });

  test("looks like mm where they are a thousandth of that apart", () => {
    const { unit, note } = estimateUnit(tissue(0.012), codes);
    expect(unit).toEqual({ name: "mm", micronsPerUnit: 1000, origin: "estimated" });
    expect(note).toMatch(/looks like mm.*Set the unit if this is wrong/);
  });

  test("is scaled to 10 µm between cells where nothing is recognised", () => {
    const { unit } = estimateUnit(tissue(500), codes);
    expect(unit).toMatchObject({ name: "unknown", origin: "estimated" });
    expect(unit.micronsPerUnit * 500).toBeGreaterThan(10);
    expect(unit.micronsPerUnit * 500).toBeLessThan(20);
  });

  test("comes from the pitch of Visium's spots, however they are turned", () => {
    for (const [pitch, angle] of [
      [138, 0],
      [80.4, 0.3],
      [288, 1.2],
    ]) {
      const spots = lattice(pitch, angle);
      expect(isHexagonal(spots, codes)).toBe(true);
      const { unit } = estimateUnit(spots, codes);
      expect(unit.name).toBe("pixel");
      expect(Math.abs(unit.micronsPerUnit / (100 / pitch) - 1)).toBeLessThan(0.015);
    }
    expect(estimateUnit(lattice(100, 0), codes).unit).toMatchObject({ name: "µm", micronsPerUnit: 1 });
  });

  test("is not taken from a square lattice or from tissue", () => {
    for (const seed of [1, 2, 3]) expect(isHexagonal(tissue(10, seed), codes)).toBe(false);
    expect(
      isHexagonal(
        Float32Array.from({ length: 2 * N }, (_, k) => (k % 2 ? Math.floor(k / 64) : (k >> 1) % 32)),
        codes,
      ),
    ).toBe(false);
  });

  test("cannot be guessed where all cells lie on one place", () => {
    const { unit, note } = estimateUnit(new Float32Array(2 * N), codes);
    expect(unit).toEqual({ name: "unknown", micronsPerUnit: 1, origin: "estimated" });
    expect(note).toMatch(/cannot be estimated/);
  });

  test("is known by its names, and pixels are no length", () => {
    for (const name of ["µm", "μm", "um", "micron", "Micrometers"])
      expect(unitNamed(name)).toMatchObject({ name: "µm", micronsPerUnit: 1 });
    expect(unitNamed("mm")).toEqual({ name: "mm", micronsPerUnit: 1000, origin: "declared" });
    expect(unitNamed("pixel")).toBeNull();
  });

  test("can be set without moving a cell, and only to a scale", () => {
    const slice = tinySlice();
    const half = withUnit(slice, { name: "pixel", micronsPerUnit: 0.5, origin: "set" });
    expect(half.spatial).toBe(slice.spatial);
    expect(positionsMicrons(half)[2]).toBe(5);
    for (const bad of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => withUnit(slice, { name: "x", micronsPerUnit: bad, origin: "set" })).toThrow(/is no scale/);
  });
});
