import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import { nodePlatform } from "../../../../cli/platform";
import type { Backend, BackendName } from "../../backend/backend";
import { openBackend } from "../../backend/open";
import type { Csr } from "../../graph/csr";
import type { Rng } from "../../random";
import { type DeviceCsr, uploadCsr } from "../device-csr";
import "../csr-matmul"; // the probe of a backend runs it

/**
 * Opens a backend for a test, or says aloud that it is missing and gives undefined: then skip. WebGPU runs
 * through Dawn on the driver that scripts/test-setup.mjs found, software too.
 */
export async function openForTest(name: BackendName, { threads = 1 } = {}): Promise<Backend | undefined> {
  try {
    const platform = await nodePlatform({ gpu: name === "webgpu", threads });
    return await openBackend({ prefer: name, allowSoftware: true, platform });
  } catch (thrown) {
    console.warn(`MISSING BACKEND: ${name} is not tested. ${(thrown as Error).message}`);
    return undefined;
  }
}

/** One backend for the tests of a `describe`, which are skipped (after a word on the console) where it is missing. */
export function onBackend(name: BackendName): () => Backend {
  let backend: Backend | undefined;
  beforeAll(async () => {
    backend = await openForTest(name);
  }, 60_000); // a busy machine takes more than vitest's ten seconds to start an emulated GPU
  beforeEach(({ skip }) => {
    if (!backend) skip(`${name} is missing`);
  });
  afterAll(() => backend?.dispose());
  return () => backend as Backend;
}

/** The values of what `f` computes on an uploaded graph; nothing stays on the device. */
export async function onGraph(backend: Backend, csr: Csr, f: (graph: DeviceCsr) => tf.Tensor): Promise<Float32Array> {
  const graph = uploadCsr(csr);
  const y = tf.tidy(() => f(graph));
  try {
    return await backend.read(y);
  } finally {
    y.dispose();
    graph.dispose();
  }
}

/** Fails unless every number is within `tolerance` of the expected one, relative to the largest expected. */
export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  let scale = 1;
  for (let i = 0; i < expected.length; i++) scale = Math.max(scale, Math.abs(expected[i]));
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i] - expected[i]) / scale;
    if (!(error <= tolerance)) expect.fail(`at ${i}: expected ${expected[i]}, got ${actual[i]}, error ${error}`);
  }
}

/** Seeded sparse matrix whose rows have from none to all of their entries; `density` is the average share. */
export function randomCsr(nRows: number, nCols: number, density: number, rng: Rng): Csr {
  const [indptr, indices, data] = [[0], [] as number[], [] as number[]];
  for (let i = 0; i < nRows; i++) {
    const share = i % 5 === 3 ? 0 : density * 2 * rng(); // every fifth row is empty
    for (let j = 0; j < nCols; j++) {
      if (rng() >= share) continue;
      indices.push(j);
      data.push(2 * rng() - 1);
    }
    indptr.push(indices.length);
  }
  return {
    nRows,
    nCols,
    indptr: Uint32Array.from(indptr),
    indices: Uint32Array.from(indices),
    data: Float32Array.from(data),
  };
}

/** Uniform numbers in [-1, 1). */
export function randomFloats(length: number, rng: Rng): Float32Array {
  return Float32Array.from({ length }, () => 2 * rng() - 1);
}

/** Central differences of a scalar function, one coordinate after the other; `step` suits inputs of order 1. */
export async function numericGradient(
  f: (x: Float32Array) => number | Promise<number>,
  x: Float32Array,
  step = 1e-2,
): Promise<Float32Array> {
  const gradient = new Float32Array(x.length);
  for (let i = 0; i < x.length; i++) {
    const at = (d: number) => f(x.map((v, k) => (k === i ? v + d : v)));
    gradient[i] = ((await at(step)) - (await at(-step))) / (2 * step);
  }
  return gradient;
}
