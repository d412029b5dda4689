import type { MethodInfo } from "./method-info";
import { projectionField, temperatureField } from "./projection-config";
import { type TwoViewsConfig, twoViewsDefaults, twoViewsFields, twoViewsStudy, viewsApart } from "./two-views-config";

export type SwavConfig = TwoViewsConfig & {
  /** τ of the prediction. */
  readonly temperature: number;
  /** ε of the assignment. */
  readonly epsilon: number;
  readonly iterations: number;
  readonly prototypes: number;
  /** Cells of earlier steps that take part in the assignment; 0 for none. */
  readonly queue: number;
  readonly projection: number;
};

const own = { temperature: 0.1, epsilon: 0.05, iterations: 3, projection: 64 };

export const swavInfo: MethodInfo<SwavConfig> = {
  name: "SwAV",
  sentence: "Cells are shared out evenly among prototypes, and each view foretells the prototype of the other.",
  fields: {
    temperature: temperatureField,
    epsilon: {
      label: "Softness",
      words: "How softly a cell is shared among prototypes: the smaller, the more it belongs to one.",
      ...{ kind: "number", min: 0.005, max: 10, step: 0.01 },
    },
    iterations: {
      label: "Rounds",
      words: "Rounds of Sinkhorn's algorithm, which evens out how much each prototype is used.",
      ...{ kind: "integer", min: 1, max: 100, step: 1 },
    },
    prototypes: {
      label: "Prototypes",
      words:
        "Kinds of cells that are told apart: two to four times as many as are expected, and fewer than cells in a batch.",
      ...{ kind: "integer", min: 2, max: 8192, step: 16 },
    },
    queue: {
      label: "Queue",
      words:
        "Cells of earlier steps that take part in the sharing out. Needed where batches are smaller than prototypes.",
      ...{ kind: "integer", min: 0, max: 262144, step: 256 },
    },
    projection: projectionField,
    ...twoViewsFields,
  },
  defaults: { ...own, prototypes: 64, queue: 0, ...twoViewsDefaults },
  study: { ...own, prototypes: 512, queue: 3840, ...twoViewsStudy },
  cellLoss: viewsApart,
};
