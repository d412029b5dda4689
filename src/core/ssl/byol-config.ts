import type { MethodInfo } from "./method-info";
import { momentumField } from "./momentum-field";
import { projectionField } from "./projection-config";
import { type TwoViewsConfig, twoViewsDefaults, twoViewsFields, twoViewsStudy, viewsApart } from "./two-views-config";

export type ByolConfig = TwoViewsConfig & {
  readonly momentum: number;
  readonly projection: number;
};

export const byolInfo: MethodInfo<ByolConfig> = {
  name: "BYOL",
  sentence: "From one view of a cell it foretells what a slowly following copy of the network makes of the other.",
  fields: { momentum: momentumField, projection: projectionField, ...twoViewsFields },
  defaults: { momentum: 0.99, projection: 64, ...twoViewsDefaults },
  study: { momentum: 0.99, projection: 64, ...twoViewsStudy },
  cellLoss: viewsApart,
};
