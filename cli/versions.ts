import { dependencies, version } from "../package.json";

/** What computed a run: the lab, Node and the packages whose numbers end up in its files. */
export const versions: Readonly<Record<string, string>> = {
  "spatialssl-lab": version,
  node: process.versions.node,
  "@tensorflow/tfjs-core": dependencies["@tensorflow/tfjs-core"],
  "@tensorflow/tfjs-backend-wasm": dependencies["@tensorflow/tfjs-backend-wasm"],
  "@tensorflow/tfjs-backend-webgpu": dependencies["@tensorflow/tfjs-backend-webgpu"],
  h5wasm: dependencies.h5wasm,
  "apache-arrow": dependencies["apache-arrow"],
};
