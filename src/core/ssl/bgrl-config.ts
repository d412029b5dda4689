import type { MethodInfo } from "./method-info";
import { momentumField } from "./momentum-field";
import { type TwoViewsConfig, twoViewsDefaults, twoViewsFields, viewsApart } from "./two-views-config";

export type BgrlConfig = TwoViewsConfig & { readonly momentum: number };

const values: BgrlConfig = {
  ...twoViewsDefaults,
  momentum: 0.99,
  geneDropout: 0.3,
  perGene: true,
  edgeDrop: 0.3,
  noise: 0,
};

export const bgrlInfo: MethodInfo<BgrlConfig> = {
  name: "BGRL",
  sentence:
    "BYOL without a projector: a slowly following encoder's own output is foretold, with edges and genes dropped.",
  fields: { momentum: momentumField, ...twoViewsFields },
  defaults: values,
  study: values,
  cellLoss: viewsApart,
};
