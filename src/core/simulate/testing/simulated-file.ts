import { writeArrow } from "../../io/arrow";
import { type SimulateOptions, simulateSlice } from "../simulate-slice";

/** Simulated tissue as a file that a person may drop. */
export function simulatedFile(name: string, options: SimulateOptions): { name: string; bytes: Uint8Array } {
  return { name, bytes: writeArrow({ ...simulateSlice(options), name: name.replace(/\.arrow$/, "") }) };
}
