import { totalmem } from "node:os";
import type { Backend } from "../src/core/backend/backend";
import type { MemoryLimits } from "../src/core/train/budget-limits";
import type { Arguments } from "./command";

export const memoryUsage = "[--memory-limit SIZE]";
export const memoryOptions = { "memory-limit": { type: "string" } } as const;

const UNITS: Record<string, number> = { "": 1, k: 1e3, m: 1e6, g: 1e9, ki: 2 ** 10, mi: 2 ** 20, gi: 2 ** 30 };

/** The limits of a run on that backend: the one that was asked for, or else the memory of this machine. */
export function memoryLimits(args: Arguments, { limits }: Pick<Backend, "limits">): MemoryLimits {
  const memoryBytes = args.has("memory-limit") ? sizeOf(args.text("memory-limit"), args) : machineBytes();
  return { memoryBytes, device: limits };
}

/** "2GB", "500 MiB" or a number of bytes. */
function sizeOf(text: string, args: Arguments): number {
  const [, number, unit = ""] = /^([\d.]+)\s*([kmg]i?)?b?$/i.exec(text.trim()) ?? [];
  const bytes = Number(number) * UNITS[unit.toLowerCase()];
  if (!(bytes > 0)) throw args.wrong(`--memory-limit: expected a size such as 2GB or 500MiB, got "${text}"`);
  return bytes;
}

/** What this process may have: a container's share, or all of the machine. */
function machineBytes(): number {
  const share = (process as { constrainedMemory?: () => number | undefined }).constrainedMemory?.();
  return share ? Math.min(share, totalmem()) : totalmem();
}
