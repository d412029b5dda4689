import { LabError } from "./errors";

/**
 * How long work speaks to whoever asked for it. Every function that may take over a second accepts one.
 * Threads and the command line give their own; tests and small calls use `quiet`.
 */
export interface Task {
  /** Says how far the work is: `done` of `total`, and in words what is being done ("reading counts"). */
  progress(done: number, total: number, what: string): void;
  /** True once the person asked to stop. Poll it at least ten times a second. */
  readonly cancelled: boolean;
}

export const quiet: Task = { progress() {}, cancelled: false };

/** Throws LabError("cancelled") if the person asked to stop. */
export function throwIfCancelled(task: Task, what: string): void {
  if (task.cancelled) throw new LabError("cancelled", `${what} was cancelled.`);
}
