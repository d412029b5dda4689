import type { NormalizeRecipe } from "../../preprocess/normalize";
import { hash32 } from "../../random";
import type { Slice } from "../../slice/slice";
import { fileWord } from "./plan";

/**
 * Where the principal components of a slice lie in the folder of its study, so that processes which do one run each need not
 * make them again: on thousands of genes that takes as long as to train a network. The name holds a digest of the counts and
 * of the recipe, and of nothing else what is kept follows. Null for a recipe without components: the rest is made at once.
 *
 * Cost: one pass over the counts.
 */
export function componentsFile(slice: Slice, preprocess: NormalizeRecipe): string | null {
  if (!preprocess.components) return null;
  const { X, nObs, nVars, countState, name } = slice;
  const text = new TextEncoder().encode(JSON.stringify([1, preprocess, nObs, nVars, countState]));
  const digest = [1, 2].map((key) => digestOf([text, X.indptr, X.indices, X.data], key));
  return `components/${fileWord(name)}-${digest.map((d) => d.toString(16).padStart(8, "0")).join("")}.safetensors`;
}

/** Not against an adversary: tells slices and settings of one folder apart. */
function digestOf(arrays: readonly ArrayBufferView[], key: number): number {
  let h = hash32(key);
  for (const { buffer, byteOffset, byteLength } of arrays) {
    const whole = byteLength >> 2;
    // views of a file may begin at any byte
    const from = byteOffset % 4 === 0 ? buffer : buffer.slice(byteOffset, byteOffset + byteLength);
    const words = new Int32Array(from, from === buffer ? byteOffset : 0, whole);
    for (let i = 0; i < whole; i++) h = hash32(h ^ words[i]);
    for (const byte of new Uint8Array(buffer, byteOffset + 4 * whole, byteLength - 4 * whole)) h = hash32(h ^ byte);
    h = hash32(h ^ byteLength);
  }
  return h;
}
