type Module = typeof import("../../src/core/simulate/testing/simulated-file");

/** Simulated tissue as files to drop, as the global setup bundled what makes them. */
export async function loadSimulatedFile(): Promise<Module["simulatedFile"]> {
  const bundle = new URL("../../dist/node/simulated-file.mjs", import.meta.url);
  return ((await import(bundle.href)) as Module).simulatedFile;
}
