import { cortexPlan } from "./cortex";
import { embryoPlan } from "./embryo";
import { hypothalamusPlan } from "./hypothalamus";
import type { TissueName } from "./options";
import type { TissuePlan } from "./tissue-plan";

/** The drawing of a tissue by its name. */
export function tissuePlan(tissue: TissueName): TissuePlan {
  switch (tissue) {
    case "cortex":
      return cortexPlan;
    case "embryo":
      return embryoPlan;
    case "hypothalamus":
      return hypothalamusPlan;
    default:
      return tissue satisfies never;
  }
}
