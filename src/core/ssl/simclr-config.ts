import type { MethodInfo } from "./method-info";
import { projectionField, temperatureField } from "./projection-config";
import { type TwoViewsConfig, twoViewsDefaults, twoViewsFields, twoViewsStudy, viewsApart } from "./two-views-config";

export type SimclrConfig = TwoViewsConfig & {
  /** τ. */
  readonly temperature: number;
  readonly projection: number;
};

export const simclrInfo: MethodInfo<SimclrConfig> = {
  name: "SimCLR",
  sentence: "Two views of a cell are drawn together, and pushed away from the views of all other cells.",
  fields: { temperature: temperatureField, projection: projectionField, ...twoViewsFields },
  defaults: { temperature: 0.2, projection: 64, ...twoViewsDefaults },
  study: { temperature: 0.2, projection: 64, ...twoViewsStudy },
  cellLoss: viewsApart,
};
