import { describe, expect, test } from "vitest";
import { concludeSlice } from "./conclusions";
import { defaultPlan, jobsOf } from "./plan";
import { publishedMeans } from "./published";
import type { MetricName } from "./result";
import { summarizeStudy } from "./summary";
import { resultOf } from "./testing/results";

const slice = { name: "a", label: "layer", sections: null, unlabelled: [] };
const plan = defaultPlan([slice], { baselines: ["pca"], seeds: [0, 1] });
const ids = Object.keys(publishedMeans);

/** A study in which each method has these scores, by its place in the published list, and the baseline .6. */
function study(
  scores: (place: number, backbone: string) => Partial<Record<MetricName, number>>,
  metric: MetricName = "ami",
) {
  const results = jobsOf(plan).map((job) =>
    resultOf(job, job.kind === "run" ? scores(ids.indexOf(job.method), job.backbone) : { ami: 0.6, ari: 0.6 }),
  );
  const { slices, results: ranked } = summarizeStudy(results, { metric });
  return concludeSlice(ranked, slices[0], metric);
}

describe("against the best baseline", () => {
  test("counts the combinations that are better, and none where none is", () => {
    const some = study((_, backbone) => ({ ami: backbone === "gat" ? 0.7 : 0.5 })).baseline;
    expect([some?.better, some?.of, some?.best.backbone]).toEqual([8, 24, "gat"]);
    expect(study(() => ({ ami: 0.59 })).baseline?.better).toBe(0);
    expect(study(() => ({ ami: 0.6 })).baseline?.better).toBe(0);
  });
});

describe("against the published study", () => {
  const order = (published: (place: number) => number) =>
    study((place) => ({ ami: published(place) })).published.find(({ kind }) => kind === "order");
  const means = ids.map((id) => publishedMeans[id as keyof typeof publishedMeans]!.ami);

  test("its order holds for its own means and not for their reverse", () => {
    const same = order((place) => means[place]);
    expect(same).toMatchObject({ rho: expect.closeTo(1, 9), holds: true });
    if (same?.kind === "order") expect(same.here).toEqual(same.published);
    expect(order((place) => -means[place])).toMatchObject({ rho: expect.closeTo(-1, 9), holds: false });
  });

  test("AMI and Moran's I are held against its correlation", () => {
    const claim = (sign: number) =>
      study((place) => ({ ami: 0.1 * place, moransI: sign * 0.05 * place })).published.find(
        (c) => c.kind === "amiMoran",
      );
    expect(claim(1)).toMatchObject({ r: expect.closeTo(1, 9), n: 24, holds: true });
    expect(claim(-1)).toMatchObject({ r: expect.closeTo(-1, 9), holds: false });
  });

  test("the best overall score is that of VICReg on SAGE, or it is said whose it is", () => {
    const best = (method: string, on: string) =>
      study((place, backbone) => ({
        ami: ids[place] === method && backbone === on ? 0.9 : 0.01 * place,
      })).published.find((c) => c.kind === "bestOverall");
    expect(best("vicreg", "sage")).toMatchObject({ holds: true });
    expect(best("mae", "gat")).toMatchObject({ holds: false, here: { name: "mae", backbone: "gat" } });
  });

  test("nothing is said of what these runs cannot speak of", () => {
    const few = defaultPlan([slice], { methods: ["mae", "simclr"], backbones: ["gat"], baselines: [], seeds: [0] });
    const { slices, results } = summarizeStudy(jobsOf(few).map((job) => resultOf(job, { ami: 0.5, ari: 0.4 })));
    expect(concludeSlice(results, slices[0], "ari")).toEqual({ baseline: null, published: [] });
  });
});
