import type { StudyApi } from "../../workers/protocol";
import type { Progress } from "../../workers/rpc";
import { LabError } from "../core/errors";
import { type AnnotationJob, type AnnotationPlan, modelFile, pretrainedFile } from "../core/study/annotation/plan";
import type { AnnotationFile } from "../core/study/annotation/result";
import type { Pretrained } from "../core/study/annotation/run-one";
import { resultFile, type StudyJob } from "../core/study/clustering/plan";
import type { ResultFile } from "../core/study/clustering/result";
import { readSafetensors, writeSafetensors } from "../core/train/safetensors";
import { type StudyThread, startStudyThread } from "./engine";
import type { LabState } from "./lab-state";
import { withStudySlice } from "./study-slices";
import type { AnyJob, AnyPlan, AnyStudy, FinishedAnnotation, FinishedRun } from "./study-state";

/** A job that is done, and the files of the study's folder that it leaves. */
export interface DoneJob {
  readonly finished: FinishedRun | FinishedAnnotation;
  readonly files: ReadonlyMap<string, string | Uint8Array | Blob>;
}

/** The thread that works a study off: started when first needed, with the slices of the study in it. */
export interface StudyWork {
  readonly stopped: boolean;
  /** Makes sure that the thread lives, has a backend and this slice. */
  ready(slice: string, tell: (what: string) => void): Promise<void>;
  run(job: AnyJob, onProgress: (progress: Progress) => void): Promise<DoneJob>;
  /** The running time of a job's training, ms. */
  probe(job: StudyJob): Promise<number>;
  /** Lets training rest where it is, and go on. */
  hold(held: boolean): void;
  /** Gives up the run in hand and ends the thread. */
  stop(): void;
  /** The next job gets a fresh thread. */
  restart(): void;
}

export function createStudyWork(study: { readonly head: AnyStudy["head"] }, get: () => LabState): StudyWork {
  const { plan } = study.head;
  const abort = new AbortController();
  let thread: StudyThread | null = null;
  const has = new Set<string>();

  const running = (): StudyThread["call"] => {
    if (!thread) throw new LabError("internal", "The study's thread was not made ready.");
    return thread.call;
  };
  const end = (): void => {
    thread?.end();
    thread = null;
    has.clear();
  };
  const goesOn = (): void => {
    if (!abort.signal.aborted) return;
    end();
    throw new LabError("cancelled", "The study was stopped.");
  };
  return {
    get stopped() {
      return abort.signal.aborted;
    },
    async ready(slice, tell) {
      if (!thread) {
        tell("opening the backend");
        thread = await startStudyThread();
        goesOn();
        const { backendChoice: prefer, allowSoftware } = get();
        await running()("openBackend", { prefer, allowSoftware });
        goesOn();
      }
      if (has.has(slice)) return;
      tell(`fetching ${slice}`);
      await withStudySlice(study, slice, get(), (sliceId) => running()("take", { sliceId, name: slice }));
      goesOn();
      has.add(slice);
    },
    async run(job, onProgress) {
      const memoryBytes = get().memoryLimit;
      const call = { signal: abort.signal, onProgress };
      if (!isAnnotationPlan(plan)) {
        const found = await running()("run", { plan, job: job as StudyJob, memoryBytes }, call);
        const file: ResultFile = { version: 1, result: found.result, codes: [...found.codes] };
        return { finished: found, files: new Map([[resultFile(job.key), JSON.stringify(file)]]) };
      }
      const pretrained = pretrainedFor(job as AnnotationJob, get());
      const request = { plan, job: job as AnnotationJob, pretrained, memoryBytes };
      return annotationDone(await running()("annotate", request, call));
    },
    async probe(job) {
      if (isAnnotationPlan(plan)) throw new LabError("internal", "Runs of an annotation study are not measured ahead.");
      return (await running()("probe", { plan, job }, { signal: abort.signal })).milliseconds;
    },
    hold(held) {
      // a thread that died meanwhile says so where its run is awaited
      void thread?.call("hold", { held }).catch(() => {});
    },
    stop() {
      abort.abort();
      end();
    },
    restart: end,
  };
}

const isAnnotationPlan = (plan: AnyPlan): plan is AnnotationPlan => plan.kind === "annotation";

/** What a run starts from, out of the study in hand; null where it starts from scratch. */
function pretrainedFor(job: AnnotationJob, { study }: LabState): Pretrained | null {
  if (job.kind !== "run" || job.from === null) return null;
  const done = study?.finished.get(job.from);
  if (!done || !("weights" in done) || !done.weights || done.result.kind !== "pretrain")
    throw new LabError("missing", `The weights of ${job.from} are not there.`, "Repeat that pretraining.");
  return { weights: readSafetensors(done.weights).arrays, seconds: done.result.seconds };
}

/** The files are those of the command line, which goes on from them. */
function annotationDone({ varNames, ...outcome }: StudyApi["annotate"]["result"]): DoneJob {
  const { result } = outcome;
  const files = new Map<string, string | Uint8Array | Blob>();
  let weights: FinishedAnnotation["weights"] = null;
  if ("weights" in outcome) {
    const metadata = { recipe: JSON.stringify(outcome.result.recipe), genes: JSON.stringify(varNames) };
    weights = writeSafetensors(outcome.weights, metadata);
    files.set(pretrainedFile(result.key), weights);
  }
  const predictions = "predictions" in outcome ? outcome.predictions : null;
  // a blob stays on disk when the files of the study are read
  if ("model" in outcome && outcome.model) files.set(modelFile(result.key), new Blob([outcome.model]));
  const file: AnnotationFile = { version: 1, result, predictions };
  files.set(resultFile(result.key), JSON.stringify(file));
  return { finished: { result, predictions, weights }, files };
}
