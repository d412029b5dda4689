import type { MethodInfo } from "./method-info";
import { projectionField } from "./projection-config";
import { type TwoViewsConfig, twoViewsDefaults, twoViewsFields, twoViewsStudy, viewsApart } from "./two-views-config";

export type BarlowTwinsConfig = TwoViewsConfig & {
  /** λ. */
  readonly lambda: number;
  readonly projection: number;
};

export const barlowTwinsInfo: MethodInfo<BarlowTwinsConfig> = {
  name: "Barlow Twins",
  sentence: "Two views agree in every channel of the projection, and no two channels say the same.",
  fields: {
    lambda: {
      label: "Decorrelation",
      words: "Weight of the channels' independence of each other. Few channels want about 1 / channels.",
      ...{ kind: "number", min: 0, max: 10, step: 0.005 },
    },
    projection: projectionField,
    ...twoViewsFields,
  },
  defaults: { lambda: 0.02, projection: 64, ...twoViewsDefaults },
  study: { lambda: 0.005, projection: 64, ...twoViewsStudy },
  cellLoss: viewsApart,
};
