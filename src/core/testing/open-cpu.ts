import type { Backend } from "../backend/backend";
import { LabError } from "../errors";
import { openForTest } from "../kernels/testing/backends";

/** The reference backend, for tests of what does not depend on the backend. */
export async function openCpu(): Promise<Backend> {
  const backend = await openForTest("cpu");
  if (!backend) throw new LabError("internal", "The cpu backend, which needs nothing, did not open.");
  return backend;
}
