import type { Field } from "./method-info";

export const momentumField: Field = {
  label: "Momentum",
  words: "How slowly the second network follows the first: the share of itself that it keeps in each step.",
  ...{ kind: "number", min: 0, max: 0.99999, step: 0.001 },
};
