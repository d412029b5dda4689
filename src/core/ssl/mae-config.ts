/** Settings of masked expression. Free of tensors, so that a page can name the defaults without loading the engine. */
export interface MaeConfig {
  /** Share of cells whose expression is hidden at each step, in (0, 1). */
  readonly maskRatio: number;
  /** What stands in place of a hidden cell's expression. */
  readonly maskFill: "zero" | "token";
}

export const maeDefaults: MaeConfig = { maskRatio: 0.5, maskFill: "token" };
