import { LabError, toLabError } from "../core/errors";
import { studyMetrics } from "../core/metrics/overall";
import { validateAnnotationPlan } from "../core/study/annotation/plan";
import { failureFile, planFile, validatePlan } from "../core/study/clustering/plan";
import type { FailedRun } from "../core/study/clustering/result";
import { noTimes } from "../core/study/clustering/time-left";
import type { LabState } from "./lab-state";
import type { SliceCreator } from "./slice-creator";
import { readStudy, type StudyHead, sliceNames, studyArchive, studyJobs } from "./study-archive";
import { estimateSubject, measurePlan } from "./study-estimate";
import { openRunInLab } from "./study-in-lab";
import { keepSlices, openSlice } from "./study-slices";
import { type AnyJob, type AnyPlan, type AnyStudy, isAnnotation, type StudyState } from "./study-state";
import { createStudyWork, type DoneJob, type StudyWork } from "./study-work";

/** Many runs compared: the study on the screen, the queue that works it off, and what is kept of it. */
export const createStudySlice: SliceCreator<StudyState> = (set, get) => {
  let work: StudyWork | null = null;
  let estimating: AbortController | null = null;

  const busy = (): boolean => ["starting", "running", "paused"].includes(get().queue.kind);

  /** Keeps a file of the study; a study that cannot be kept goes on, and says so. */
  const keep = (kept: Promise<unknown>): void => {
    kept.catch((thrown) => set({ keepError: keepingFailed(thrown) }));
  };

  /** Changes the study in hand, unless another one took its place. */
  const change = (id: string, part: (study: AnyStudy) => object): void => {
    const { study } = get();
    // what is changed is of the study's own kind: it came of its own job
    if (study?.head.id === id) set({ study: { ...study, ...part(study) } as AnyStudy });
  };

  const finish = (id: string, job: AnyJob, { finished: done, files }: DoneJob) => {
    change(id, ({ finished, failed }) => ({
      finished: new Map<string, DoneJob["finished"]>(finished).set(job.key, done),
      failed: without(failed, job.key),
    }));
    for (const [path, content] of files) keep(studyArchive.put(id, path, content));
    keep(studyArchive.removeFile(id, failureFile(job.key)));
  };

  const fail = (id: string, job: AnyJob, { code, message, hint, detail }: LabError): void => {
    const error = { code, message, hint, detail };
    change(id, ({ failed }) => ({ failed: new Map(failed).set(job.key, error) }));
    const file: FailedRun = { kind: "failed", key: job.key, error };
    keep(studyArchive.put(id, failureFile(job.key), JSON.stringify(file)));
  };

  /** Runs what is left, one after the other, until all is done or the person stops it. */
  const goOn = async (): Promise<void> => {
    const { study } = get();
    if (!study || busy()) return;
    const { id } = study.head;
    get().stopEstimating();
    set({ queue: { kind: "starting", what: "starting" } });
    const mine = createStudyWork(study, get);
    work = mine;
    const current = (): boolean => work === mine && get().study?.head.id === id;
    try {
      for (let job = nextJob(get().study); job && !mine.stopped; job = nextJob(get().study)) {
        await runJob(mine, id, job);
        if (!current()) return;
      }
      set({ queue: { kind: "idle" } });
    } catch (thrown) {
      if (!current()) return;
      const error = toLabError(thrown);
      set({ queue: error.code === "cancelled" ? { kind: "idle" } : { kind: "failed", error } });
    } finally {
      mine.stop();
      if (work === mine) work = null;
    }
  };

  /** One job; what fails in it is the job's failure, what fails before it is the study's. */
  const runJob = async (mine: StudyWork, id: string, job: AnyJob): Promise<void> => {
    await mine.ready(sliceOfJob(get().study, job), (what) => set({ queue: { kind: "starting", what } }));
    const began = performance.now();
    set({ queue: { kind: "running", job, progress: null, began, rested: 0 } });
    try {
      const found = await mine.run(job, (progress) => {
        const { queue } = get();
        if (queue.kind === "running" && queue.job.key === job.key) set({ queue: { ...queue, progress } });
      });
      const { queue } = get();
      const rested = queue.kind === "running" ? queue.rested : 0;
      set({ runTimes: new Map(get().runTimes).set(job.key, performance.now() - began - rested) });
      finish(id, job, found);
    } catch (thrown) {
      const error = toLabError(thrown);
      if (error.code === "cancelled") throw error;
      fail(id, job, error);
      // its tensors, or a module that trapped, go with the thread
      if (["device", "memory", "internal"].includes(error.code)) mine.restart();
    }
  };

  /** A new study of open slices; null, with the reason shown, where its plan asks for what cannot be. */
  const begin = (wanted: AnyPlan) => {
    try {
      const plan = wanted.kind === "annotation" ? validateAnnotationPlan(wanted) : validatePlan(wanted);
      const infos = new Map(sliceNames(plan).map((name) => [name, openSlice(get(), name)]));
      const slices = [...infos.values()].map(({ name, summary: { nObs, nVars } }) => ({ name, nObs, nVars }));
      const head: StudyHead = { id: crypto.randomUUID(), created: new Date().toISOString(), plan, slices };
      return { head, infos };
    } catch (thrown) {
      set({ studyError: toLabError(thrown) });
      return null;
    }
  };

  const show = (study: AnyStudy | null): Partial<LabState> => ({
    study,
    queue: { kind: "idle" },
    runTimes: new Map(),
    keepError: null,
  });

  return {
    studies: null,
    study: null,
    queue: { kind: "idle" },
    runTimes: new Map(),
    studyEstimate: null,
    keepError: null,
    shownRun: null,
    studyError: null,
    dismissStudyError: () => set({ studyError: null }),
    overallWeights: defaultWeights(),
    async loadStudies() {
      if (get().studies !== null) return;
      try {
        const studies = await studyArchive.list();
        set({ studies });
        if (!get().study && studies.length > 0) await get().showStudy(studies[0].id);
      } catch (thrown) {
        set({ studies: [], keepError: keepingFailed(thrown) });
      }
    },
    async showStudy(id) {
      const head = get().studies?.find((s) => s.id === id);
      if (!head || busy()) return;
      try {
        set(show(await readStudy(head)));
      } catch (thrown) {
        set({ studyError: toLabError(thrown) });
      }
    },
    newStudy() {
      if (!busy()) set(show(null));
    },
    async removeStudy(id) {
      if (get().study?.head.id === id) {
        if (busy()) return;
        set(show(null));
      }
      set({ studies: (get().studies ?? []).filter((s) => s.id !== id) });
      await studyArchive.remove(id).catch((thrown) => set({ keepError: keepingFailed(thrown) }));
    },
    async startStudy(wanted) {
      if (busy()) return;
      const opened = begin(wanted);
      if (!opened) return;
      const { head, infos } = opened;
      const { studyEstimate } = get();
      const ids = [...infos.values()].map((info) => info.id);
      const { plan } = head;
      const isMeasured = plan.kind === "clustering" && studyEstimate?.about === estimateSubject(plan, ids);
      const times = isMeasured ? studyEstimate.times : noTimes;
      const study = { head, jobs: studyJobs(plan), finished: new Map(), failed: new Map(), slices: infos, times };
      set({
        ...show(study as AnyStudy),
        studies: [head, ...(get().studies ?? [])],
      });
      keep(studyArchive.putHead(head));
      keep(studyArchive.put(head.id, planFile, `${JSON.stringify(head.plan, null, 2)}\n`));
      keep(keepSlices(head.id, [...infos.values()]));
      await goOn();
    },
    async continueStudy() {
      const { study } = get();
      if (!study || busy()) return;
      for (const key of study.failed.keys()) keep(studyArchive.removeFile(study.head.id, failureFile(key)));
      set({ study: { ...study, failed: new Map() } as AnyStudy });
      await goOn();
    },
    pauseStudy() {
      const { queue } = get();
      if (queue.kind !== "running") return;
      work?.hold(true);
      set({ queue: { ...queue, kind: "paused", rested: queue.rested - performance.now() } });
    },
    resumeStudy() {
      const { queue } = get();
      if (queue.kind !== "paused") return;
      set({ queue: { ...queue, kind: "running", rested: queue.rested + performance.now() } });
      work?.hold(false);
    },
    stopStudy() {
      work?.stop();
      work = null;
      set({ queue: { kind: "idle" } });
    },
    async repeatRun(key) {
      const { study } = get();
      if (!study?.failed.has(key)) return;
      set({ study: { ...study, failed: without(study.failed, key) } as AnyStudy });
      keep(studyArchive.removeFile(study.head.id, failureFile(key)));
      await goOn();
    },
    async estimateStudy(plan) {
      estimating?.abort();
      if (busy()) return;
      const mine = new AbortController();
      estimating = mine;
      await measurePlan(plan, { get, signal: mine.signal, tell: (studyEstimate) => set({ studyEstimate }) });
      if (estimating === mine) estimating = null;
    },
    stopEstimating() {
      estimating?.abort();
      estimating = null;
    },
    setOverallWeight: (metric, weight) => set({ overallWeights: { ...get().overallWeights, [metric]: weight } }),
    resetOverallWeights: () => set({ overallWeights: defaultWeights() }),
    openRun: (key) => openRunInLab(key, set, get),
  };
};

/** The first that is neither done nor failed, nor starts from a pretraining that failed. */
function nextJob(study: AnyStudy | null): AnyJob | undefined {
  const jobs: readonly AnyJob[] = study?.jobs ?? [];
  const fails = (key: string): boolean => study?.failed.has(key) ?? false;
  return jobs.find((job) => {
    const from = "from" in job ? job.from : null;
    return !study?.finished.has(job.key) && !fails(job.key) && !(from !== null && fails(from));
  });
}

function sliceOfJob(study: AnyStudy | null, job: AnyJob): string {
  if ("slice" in job) return job.slice;
  if (study && isAnnotation(study)) return study.head.plan.slice;
  throw new LabError("internal", "There is no study to which this job belongs.");
}

function without<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  const next = new Map(map);
  next.delete(key);
  return next;
}

function defaultWeights(): StudyState["overallWeights"] {
  return Object.fromEntries(studyMetrics.map(({ name, weight }) => [name, weight]));
}

function keepingFailed(thrown: unknown): LabError {
  if (thrown instanceof LabError) return thrown;
  const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown));
  return new LabError(
    "memory",
    "The study could not be kept in this browser's storage: a reload would lose what is not exported.",
    "Export the folder before leaving, or free space and private windows' limits.",
    `${name}: ${message}`,
  );
}
