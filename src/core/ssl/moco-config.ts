import type { MethodInfo } from "./method-info";
import { momentumField } from "./momentum-field";
import { projectionField, temperatureField } from "./projection-config";
import { type TwoViewsConfig, twoViewsDefaults, twoViewsFields, twoViewsStudy, viewsApart } from "./two-views-config";

export type MocoConfig = TwoViewsConfig & {
  /** τ. */
  readonly temperature: number;
  readonly momentum: number;
  /** Keys of earlier steps that are kept. */
  readonly queue: number;
  readonly projection: number;
};

const own = { temperature: 0.2, momentum: 0.99, queue: 4096, projection: 64 };

export const mocoInfo: MethodInfo<MocoConfig> = {
  name: "MoCo",
  sentence:
    "A view of a cell finds the cell's other view among a queue of other cells, kept by a slowly following network.",
  fields: {
    temperature: temperatureField,
    momentum: momentumField,
    queue: {
      label: "Queue",
      words: "Cells of earlier steps that a cell is told from.",
      ...{ kind: "integer", min: 1, max: 262144, step: 256 },
    },
    projection: projectionField,
    ...twoViewsFields,
  },
  defaults: { ...own, ...twoViewsDefaults },
  study: { ...own, ...twoViewsStudy },
  cellLoss: viewsApart,
};
