import type { Field } from "./method-info";

/** Width of what the loss compares; the embedding keeps the encoder's. */
export const projectionField: Field = {
  label: "Projection",
  words: "Width of the space in which views are compared; the embedding is taken before it.",
  ...{ kind: "integer", min: 2, max: 8192, step: 16 },
};

export const temperatureField: Field = {
  label: "Temperature",
  words: "How sharply similar cells are told apart: the smaller, the more the nearest ones count.",
  ...{ kind: "number", min: 0.01, max: 10, step: 0.05 },
};
