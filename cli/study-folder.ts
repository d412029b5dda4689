import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { LabError } from "../src/core/errors";
import { failureFile, planFile, resultFile } from "../src/core/study/clustering/plan";
import type { FailedRun } from "../src/core/study/clustering/result";
import { writeBytes } from "./write-file";

/**
 * The folder of a study: its plan, and one file for each run that is done or has failed. Every file is whole or not there,
 * so that a study goes on wherever it was stopped.
 */
export interface StudyFolder {
  /** As the person wrote it, for messages. */
  readonly name: string;
  /** The plan's JSON, null where the folder holds no study yet. */
  readPlan(): unknown;
  writePlan(plan: object): Promise<void>;
  isDone(key: string): boolean;
  /** Takes a failure of the same run away. */
  writeResult(key: string, file: object): Promise<void>;
  writeFailure(key: string, failure: object): Promise<void>;
  /** Why a run failed, null where nothing says that it did. */
  readFailure(key: string): LabError | null;
  /** Other files of the study, by their path in the folder; folders above them are made. */
  writeOther(file: string, bytes: Uint8Array): Promise<void>;
  /** The same for a file that several processes may write at once, each as any other would. */
  writeShared(file: string, bytes: Uint8Array): Promise<void>;
  /** Null where it is not there. */
  readOther(file: string): Uint8Array | null;
  /** What the finished runs of the folder wrote, or its failures, in the order of their names. */
  read<T>(what: "results" | "failures"): T[];
}

/** @throws LabError("missing") if the folder cannot be made, or is not there and must be */
export function studyFolder(name: string, cwd: string, { create = false } = {}): StudyFolder {
  const full = resolve(cwd, name);
  const path = (file: string) => join(full, file);
  if (create) {
    try {
      mkdirSync(path("runs"), { recursive: true });
    } catch (thrown) {
      throw new LabError(
        "missing",
        `${name} cannot be made a folder.`,
        `The system says: ${(thrown as Error).message}.`,
      );
    }
  } else if (!existsSync(path(planFile))) {
    throw new LabError("missing", `${name} holds no study.`, "Give the folder that study clustering wrote to (--out).");
  }
  return {
    name,
    readPlan: () => (existsSync(path(planFile)) ? readJson(path(planFile), `${name}/${planFile}`) : null),
    writePlan: (plan) => writeBytes(path(planFile), `${JSON.stringify(plan, null, 2)}\n`),
    isDone: (key) => existsSync(path(resultFile(key))),
    async writeResult(key, file) {
      await writeBytes(path(resultFile(key)), `${JSON.stringify(file)}\n`);
      rmSync(path(failureFile(key)), { force: true });
    },
    writeFailure: (key, failure) => writeBytes(path(failureFile(key)), `${JSON.stringify(failure)}\n`),
    async writeOther(file, bytes) {
      mkdirSync(dirname(path(file)), { recursive: true });
      await writeBytes(path(file), bytes);
    },
    async writeShared(file, bytes) {
      mkdirSync(dirname(path(file)), { recursive: true });
      const own = `${path(file)}.${process.pid}`;
      await writeBytes(own, bytes);
      renameSync(own, path(file));
    },
    // a plain array: a Buffer's own slice would be a view of the same bytes
    readOther: (file) => (existsSync(path(file)) ? new Uint8Array(readFileSync(path(file))) : null),
    readFailure(key) {
      const file = failureFile(key);
      if (!existsSync(path(file))) return null;
      const { code, message, hint, detail } = (readJson(path(file), `${name}/${file}`) as FailedRun).error;
      return new LabError(code, message, hint, detail);
    },
    read<T>(what: "results" | "failures"): T[] {
      if (!existsSync(path("runs"))) return [];
      const failed = (file: string) => file.endsWith(".failed.json");
      return readdirSync(path("runs"))
        .filter((file) => file.endsWith(".json") && failed(file) === (what === "failures"))
        .sort()
        .map((file) => readJson(path(`runs/${file}`), `${name}/runs/${file}`) as T);
    },
  };
}

function readJson(path: string, name: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (thrown) {
    throw new LabError(
      "format",
      `${name} is not JSON: ${(thrown as Error).message}.`,
      "Remove that file; the run is done again.",
    );
  }
}
