// Studies outlive the page: their plan, one file for each finished run, and the slices they run on lie in IndexedDB,
// whose transactions leave either the old file or the new one, never half of one.

import { type AnnotationJob, annotationJobs, pretrainedFile } from "../core/study/annotation/plan";
import type { AnnotationFile } from "../core/study/annotation/result";
import { failureFile, fileWord, jobsOf, resultFile, type StudyJob } from "../core/study/clustering/plan";
import type { FailedRun, ResultFile } from "../core/study/clustering/result";
import { noTimes } from "../core/study/clustering/time-left";
import type { AnyJob, AnyPlan, AnyStudy, FinishedAnnotation, FinishedRun, StudySliceInfo } from "./study-state";

/** What a list of studies shows. */
export interface StudyHead<Plan extends AnyPlan = AnyPlan> {
  readonly id: string;
  readonly created: string; // ISO 8601
  readonly plan: Plan;
  /** Of each slice of the plan, to know it again. */
  readonly slices: readonly { readonly name: string; readonly nObs: number; readonly nVars: number }[];
}

const heads = "studies";
const files = "files";

let opened: Promise<IDBDatabase> | null = null;

function database(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open("spatialssl-studies", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(heads, { keyPath: "id" });
      request.result.createObjectStore(files);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  opened.catch(() => {
    opened = null;
  });
  return opened;
}

/** Runs `work` in one transaction; resolves once it is on disk. */
async function transact<T>(
  mode: "readonly" | "readwrite",
  work: (store: (name: string) => IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const db = await database();
  return new Promise((resolve, reject) => {
    const transaction = db.transaction([heads, files], mode);
    const request = work((name) => transaction.objectStore(name));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error);
    transaction.onerror = () => reject(transaction.error);
  });
}

/** All files of a study: keys are arrays, and an array sorts above every string. */
const allOf = (id: string): IDBKeyRange => IDBKeyRange.bound([id], [id, []]);

export const studyArchive = {
  /** Newest first. */
  async list(): Promise<StudyHead[]> {
    const found: StudyHead[] = await transact("readonly", (store) => store(heads).getAll());
    return found.sort((a, b) => b.created.localeCompare(a.created));
  },
  putHead: (head: StudyHead) => transact("readwrite", (store) => store(heads).put(head)),
  /** A file by its path: those of the study's folder are text, what is kept beside them lies under `slices/`. */
  put: (id: string, path: string, content: string | Blob | Uint8Array | StudySliceInfo) =>
    transact("readwrite", (store) => store(files).put(content, [id, path])),
  /** Undefined if there is none. */
  get: (id: string, path: string) => transact<unknown>("readonly", (store) => store(files).get([id, path])),
  /** The text files of the study's folder, by path. */
  async texts(id: string): Promise<ReadonlyMap<string, string>> {
    const [keys, values] = await Promise.all([
      transact("readonly", (store) => store(files).getAllKeys(allOf(id))),
      transact<unknown[]>("readonly", (store) => store(files).getAll(allOf(id))),
    ]);
    const texts = new Map<string, string>();
    keys.forEach((key, i) => {
      const value = values[i];
      if (typeof value === "string") texts.set((key as [string, string])[1], value);
    });
    return texts;
  },
  removeFile: (id: string, path: string) => transact("readwrite", (store) => store(files).delete([id, path])),
  async remove(id: string): Promise<void> {
    await transact("readwrite", (store) => {
      store(heads).delete(id);
      return store(files).delete(allOf(id));
    });
  },
};

/** Where a slice of a study lies beside the study's folder: to be drawn, and to be trained on. */
export const sliceInfoFile = (name: string): string => `slices/${fileWord(name)}.info`;
export const sliceArrowFile = (name: string): string => `slices/${fileWord(name)}.arrow`;

/** A kept study as it was left. A file that another version wrote in another form counts as not there. */
export async function readStudy(head: StudyHead): Promise<AnyStudy> {
  const { id, plan } = head;
  const texts = await studyArchive.texts(id);
  const failed = new Map<string, FailedRun["error"]>();
  const jobs = studyJobs(plan);
  for (const { key } of jobs) {
    const failure = texts.get(failureFile(key));
    if (failure && !texts.has(resultFile(key))) failed.set(key, (JSON.parse(failure) as FailedRun).error);
  }
  const slices = new Map<string, StudySliceInfo>();
  for (const name of sliceNames(plan)) {
    const info = await studyArchive.get(id, sliceInfoFile(name));
    if (info) slices.set(name, info as StudySliceInfo);
  }
  const finished =
    plan.kind === "annotation"
      ? await finishedAnnotations(id, jobs as AnnotationJob[], texts)
      : finishedRuns(jobs as StudyJob[], texts);
  return { head, jobs, finished, failed, slices, times: noTimes } as AnyStudy;
}

export const studyJobs = (plan: AnyPlan): readonly AnyJob[] =>
  plan.kind === "annotation" ? annotationJobs(plan) : jobsOf(plan);

export const sliceNames = (plan: AnyPlan): readonly string[] =>
  plan.kind === "annotation" ? [plan.slice] : plan.slices.map(({ name }) => name);

function finishedRuns(jobs: readonly StudyJob[], texts: ReadonlyMap<string, string>): Map<string, FinishedRun> {
  const finished = new Map<string, FinishedRun>();
  for (const { key } of jobs) {
    const text = texts.get(resultFile(key));
    const file: ResultFile | null = text ? JSON.parse(text) : null;
    if (file?.version === 1) finished.set(key, { result: file.result, codes: Int32Array.from(file.codes) });
  }
  return finished;
}

/** A pretraining whose weights are lost is not done: runs start from them. */
async function finishedAnnotations(
  id: string,
  jobs: readonly AnnotationJob[],
  texts: ReadonlyMap<string, string>,
): Promise<Map<string, FinishedAnnotation>> {
  const finished = new Map<string, FinishedAnnotation>();
  for (const { key, kind } of jobs) {
    const text = texts.get(resultFile(key));
    const file: AnnotationFile | null = text ? JSON.parse(text) : null;
    if (file?.version !== 1) continue;
    const kept = kind === "pretrain" ? await studyArchive.get(id, pretrainedFile(key)) : null;
    const weights = kept instanceof Uint8Array ? (kept as Uint8Array<ArrayBuffer>) : null;
    if (kind !== "pretrain" || weights)
      finished.set(key, { result: file.result, predictions: file.predictions, weights });
  }
  return finished;
}
