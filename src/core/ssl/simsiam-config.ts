import type { MethodInfo } from "./method-info";
import { projectionField } from "./projection-config";
import { type TwoViewsConfig, twoViewsDefaults, twoViewsFields, twoViewsStudy, viewsApart } from "./two-views-config";

export type SimsiamConfig = TwoViewsConfig & { readonly projection: number };

export const simsiamInfo: MethodInfo<SimsiamConfig> = {
  name: "SimSiam",
  sentence: "From one view of a cell it foretells the other one's projection, which is held still meanwhile.",
  fields: { projection: projectionField, ...twoViewsFields },
  defaults: { projection: 64, ...twoViewsDefaults },
  study: { projection: 64, ...twoViewsStudy },
  cellLoss: viewsApart,
};
