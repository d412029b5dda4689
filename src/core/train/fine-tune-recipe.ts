import { type SupervisedConfig, supervisedInfo } from "../ssl/supervised-config";
import { type RunRecipe, validateRecipe } from "./recipe";

/** What becomes of a pretrained encoder: it learns on, stays as it is, or is not taken. */
export const fineTuneStarts = ["whole", "frozen", "scratch"] as const;
export type FineTuneStart = (typeof fineTuneStarts)[number];

/** What fine-tuning adds to the recipe of a pretraining; what is left out is the pretraining's, and of `config` the method's. */
export interface FineTuneSettings
  extends Partial<Pick<RunRecipe, "encoder" | "view" | "optimizer" | "patience" | "epochs" | "seed">> {
  readonly label: NonNullable<RunRecipe["label"]>;
  readonly start: FineTuneStart;
  readonly config?: Partial<Omit<SupervisedConfig, "frozen">>;
}

/**
 * The pretrained network on its own graph, learning a label: another graph layer and a classifier on its encoder, unless
 * `config` says otherwise. From scratch nothing is to be forgotten, so the encoder learns at the whole rate.
 *
 * @throws LabError("range") naming the setting, what it may be and what came
 * Source: the second stage of Richter et al. 2023 (SpatialSSL).
 */
export function fineTuneRecipe(pretrained: RunRecipe, { start, config, ...settings }: FineTuneSettings): RunRecipe {
  // memory was saved for another method's step
  const { memory: _, ...kept } = pretrained;
  const own = { ...supervisedInfo.defaults, headLayer: true, ...config };
  return validateRecipe({
    ...kept,
    ...settings,
    method: "supervised",
    config: { ...own, frozen: start === "frozen", encoderRate: start === "scratch" ? 1 : own.encoderRate },
  });
}
