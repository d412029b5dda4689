import type { MethodInfo } from "./method-info";
import { projectionField, temperatureField } from "./projection-config";
import { type TwoViewsConfig, twoViewsDefaults, twoViewsFields, viewsApart } from "./two-views-config";

export type GraceConfig = TwoViewsConfig & {
  /** τ. */
  readonly temperature: number;
  /** Width of the head's hidden layer; its output is as wide as the encoder's. */
  readonly projection: number;
};

const values: GraceConfig = {
  ...twoViewsDefaults,
  ...{ temperature: 0.4, projection: 64, geneDropout: 0.3, perGene: true, edgeDrop: 0.2, noise: 0 },
};

export const graceInfo: MethodInfo<GraceConfig> = {
  name: "GRACE",
  sentence: "Cells are told apart within and between two views of the graph that lack edges and whole genes.",
  fields: { temperature: temperatureField, projection: projectionField, ...twoViewsFields },
  defaults: values,
  study: values,
  cellLoss: viewsApart,
};
