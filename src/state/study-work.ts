import type { StudyApi } from "../../workers/protocol";
import type { Progress } from "../../workers/rpc";
import { LabError } from "../core/errors";
import type { StudyJob } from "../core/study/clustering/plan";
import { type StudyThread, startStudyThread } from "./engine";
import type { LabState } from "./lab-state";
import { withStudySlice } from "./study-slices";
import type { Study } from "./study-state";

/** The thread that works a study off: started when first needed, with the slices of the study in it. */
export interface StudyWork {
  readonly stopped: boolean;
  /** Makes sure that the thread lives, has a backend and the job's slice. */
  ready(job: StudyJob, tell: (what: string) => void): Promise<void>;
  run(job: StudyJob, onProgress: (progress: Progress) => void): Promise<StudyApi["run"]["result"]>;
  /** The running time of a job's training, ms. */
  probe(job: StudyJob): Promise<number>;
  /** Lets training rest where it is, and go on. */
  hold(held: boolean): void;
  /** Gives up the run in hand and ends the thread. */
  stop(): void;
  /** The next job gets a fresh thread. */
  restart(): void;
}

export function createStudyWork(study: Pick<Study, "head">, get: () => LabState): StudyWork {
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
    async ready({ slice }, tell) {
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
    run(job, onProgress) {
      const request = { plan, job, memoryBytes: get().memoryLimit };
      return running()("run", request, { signal: abort.signal, onProgress });
    },
    async probe(job) {
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
