import type { Backend } from "../backend/backend";
import { openBackend } from "../backend/open";
import "../kernels/csr-matmul"; // what a backend is tried on

/** The reference backend, for tests of what does not depend on the backend. */
export function openCpu(): Promise<Backend> {
  const platform = { wasmUrl: (file: string) => file, gpu: undefined, nThreads: 1, crossOriginIsolated: false };
  return openBackend({ prefer: "cpu", platform });
}
