import { describe, expect, test } from "vitest";
import type { LabError } from "../../errors";
import { configurationName, expandGrid } from "./pipeline";
import { annotationJobs, defaultAnnotationPlan, joinAnnotationPlans, validateAnnotationPlan } from "./plan";
import { validateAnnotationRecipe } from "./recipe-file";

const what = { slice: "tissue", label: "cell_class", testSections: ["a"] };

describe("the pipeline's recipe", () => {
  test("reads the keys of the published configuration, grid keys as lists", () => {
    const { configurations, notes } = validateAnnotationRecipe({
      ...{ rules: {}, adata_folder: "x", k_hop: [2], radius: [20, 40], bottleneck: 64, masking_mode: [0.2, 0.5] },
      ...{ pretrain_structure: ["GAT", "GCN"], num_hidden_layers: [4], pretrain_epochs: 100, pretrain_lr: 0.002 },
      ...{ pretrain_batch_size: 64, pretrain_patience: 10, train_epochs: 50, train_lr: 0.005, train_patience: 0 },
    });
    expect(configurations).toHaveLength(8);
    expect(configurations[0]).toEqual({
      preset: "spatialssl",
      changes: {
        ...{
          radius: 20,
          k_hop: 2,
          bottleneck: 64,
          masking_ratio: 0.2,
          pretrain_structure: "GAT",
          num_hidden_layers: 4,
        },
        ...{ pretrain_epochs: 100, pretrain_lr: 0.002, pretrain_batch_size: 64, pretrain_patience: 10 },
        ...{ train_epochs: 50, train_lr: 0.005, train_patience: 0 },
      },
    });
    expect(new Set(configurations.map(configurationName)).size).toBe(8);
    expect(configurationName(configurations[7])).toBe("spatialssl-r40-h2-w64-m0.5-GCN-l4");
    expect(notes[0]).toMatch(/rules, adata_folder: not read/);
  });

  test("reads the study's own keys, seeds as a number or a list", () => {
    const recipe = { label: "type", test_section: "a", ssl: [true, false], seeds: 2, fractions: [1, 0.1, 500] };
    expect(validateAnnotationRecipe({ ...recipe, preset: "lab", views: "sub" })).toMatchObject({
      ...{ label: "type", testSections: ["a"], ssl: ["on", "off"], seeds: [0, 1], fractions: [1, 0.1, 500] },
      ...{ views: ["sub"], configurations: [{ preset: "lab", changes: {} }] },
    });
  });

  test.each([
    [{ radius: [40, -1] }, /^radius\[1\] must be a number from 0.001 to 1000000 µm, got -1/],
    [{ bottleneck: "wide" }, /^bottleneck must be a whole number from 1 to 1024, got "wide"/],
    [{ pretrain_structure: ["MLP"] }, /^pretrain_structure\[0\] must be one of GAT, GCN, SAGE, GATv2, got "MLP"/],
    [{ train_lr: [0.1, 0.2] }, /^train_lr must be one value, not a list/],
    [{ radius: [] }, /^radius must be a value or a list/],
    [{ k_hops: 2 }, /^recipe must be an object of radius, k_hop/],
    [{ masking_mode: [0.2, 2] }, /^masking_mode\[1\] must be a number from 0.01 to 0.99, got 2/],
    [{ masking_mode: 0.2, masking_ratio: 0.3 }, /two names of one setting/],
    [{ fractions: [1, 0] }, /^fractions\[1\] must be a share above 0 and up to 1, or a whole number of labels, got 0/],
    [{ fractions: [Number.NaN] }, /got NaN/],
    [{ preset: "best" }, /^preset must be one of spatialssl, lab/],
  ])("says which key is wrong: %j", (recipe, message) => {
    expect(() => validateAnnotationRecipe(recipe)).toThrowError(message);
  });

  test("says which key was meant where one differs by a slip", () => {
    const hintOf = (key: string) => {
      try {
        validateAnnotationRecipe({ [key]: 1 });
      } catch (thrown) {
        return (thrown as LabError).hint;
      }
      return "taken";
    };
    expect(hintOf("raduis")).toBe("Did you mean radius?");
    expect(hintOf("pretrain_epoch")).toBe("Did you mean pretrain_epochs?");
    expect(hintOf("colour")).toBe("");
  });
});

describe("a plan", () => {
  const plan = defaultAnnotationPlan(what, { fractions: [1, 0.1] });

  test("pretrains once for each view and seed, before the runs that start from it", () => {
    const jobs = annotationJobs(plan);
    const count = (kind: string) => jobs.filter((job) => job.kind === kind).length;
    expect([count("baseline"), count("pretrain"), count("run")]).toEqual([12, 6, 24]);
    const keys = jobs.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toContain("lab--sub--ssl-on--labels0.1--seed2");
    jobs.forEach((job, i) => {
      if (job.kind !== "run") return;
      expect(job.from !== null).toBe(job.ssl === "on");
      if (job.from) expect(keys.indexOf(job.from)).toBeLessThan(i);
    });
  });

  test("comes back from JSON, and says which key is wrong", () => {
    expect(validateAnnotationPlan(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
    expect(() => validateAnnotationPlan({ ...plan, testSections: [] })).toThrowError(/^testSections must be/);
    expect(() => validateAnnotationPlan({ ...plan, views: ["half"] })).toThrowError(/^views\[0\] must be one of/);
    const twice = [...expandGrid("lab", { pretrain_lr: 0.1 }), ...expandGrid("lab", { pretrain_lr: 0.2 })];
    expect(() => validateAnnotationPlan({ ...plan, configurations: twice })).toThrowError(/Two networks/);
  });

  test("is continued with more seeds and fractions, not with another label or changed network", () => {
    const more = joinAnnotationPlans(plan, { ...plan, seeds: [3], fractions: [0.01] });
    expect(more).toEqual({ ...plan, seeds: [0, 1, 2, 3], fractions: [1, 0.1, 0.01] });
    expect(() => joinAnnotationPlans(plan, { ...plan, label: "domain" })).toThrowError(/another label/);
    const changed = expandGrid("lab", { train_lr: 0.1 });
    expect(() => joinAnnotationPlans(plan, { ...plan, configurations: changed })).toThrowError(/another lab/);
  });
});
