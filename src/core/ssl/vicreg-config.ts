import type { MethodInfo } from "./method-info";
import { projectionField } from "./projection-config";
import { type TwoViewsConfig, twoViewsDefaults, twoViewsFields, twoViewsStudy, viewsApart } from "./two-views-config";

export type VicregConfig = TwoViewsConfig & {
  /** λ, μ and ν. */
  readonly invariance: number;
  readonly variance: number;
  readonly covariance: number;
  readonly projection: number;
};

const weight = { kind: "number", min: 0, max: 1000, step: 1 } as const;

export const vicregInfo: MethodInfo<VicregConfig> = {
  name: "VICReg",
  sentence: "Two views of a cell agree, while every channel keeps its variance and no two channels say the same.",
  fields: {
    invariance: { label: "Invariance", words: "Weight of the views' agreement.", ...weight },
    variance: { label: "Variance", words: "Weight of each channel's spread over the cells.", ...weight },
    covariance: { label: "Covariance", words: "Weight of the channels' independence of each other.", ...weight },
    projection: projectionField,
    ...twoViewsFields,
  },
  defaults: { invariance: 25, variance: 25, covariance: 1, projection: 64, ...twoViewsDefaults },
  study: { invariance: 25, variance: 25, covariance: 1, projection: 64, ...twoViewsStudy },
  cellLoss: viewsApart,
};
