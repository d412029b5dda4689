import { type AnnotationPreset, type AnnotationRecipes, annotationRecipes } from "../../train/annotation-presets";
import { type RunRecipe, validateRecipe } from "../../train/recipe";
import { type LinearReader, labReader } from "./linear-reader";
import { backboneOf, type Configuration, type PipelineSettings } from "./pipeline";
import type { View } from "./recipe-file";

export interface StageRecipes extends AnnotationRecipes {
  /** What is joined to the network's verdict; null where the network stands alone. */
  readonly reader: LinearReader | null;
}

/** The paper has no reader. */
export const presetReaders: Readonly<Record<AnnotationPreset, LinearReader | null>> = {
  lab: labReader,
  spatialssl: null,
};

/**
 * The recipes of both stages: the preset's with the pipeline's settings in place of its own. `k_hop` and the batch sizes
 * concern sub-graphs alone. A patience of 0 trains every epoch, without validation cells.
 *
 * @throws LabError("range") naming the key of the recipe that a combination of settings breaks
 */
export function stageRecipes({ preset, changes }: Configuration, view: View, seed: number): StageRecipes {
  const { pretrain, train, pretrainsOnTest } = annotationRecipes(preset, view);
  const masking = changes.masking_ratio === undefined ? {} : { maskRatio: changes.masking_ratio };
  const pretraining = { ...pretrain, config: { ...pretrain.config, ...masking } };
  return {
    pretrain: changed(pretraining, "pretrain", changes, seed),
    train: changed(train, "train", changes, seed),
    pretrainsOnTest,
    reader: presetReaders[preset],
  };
}

function changed(
  recipe: RunRecipe,
  stage: "pretrain" | "train",
  changes: Partial<PipelineSettings>,
  seed: number,
): RunRecipe {
  const { radius, k_hop, bottleneck, num_hidden_layers, pretrain_structure: structure } = changes;
  const { [`${stage}_batch_size` as const]: batchSize, [`${stage}_lr` as const]: lr } = changes;
  const { [`${stage}_epochs` as const]: epochs = recipe.epochs } = changes;
  const { [`${stage}_patience` as const]: patience = recipe.patience ?? 0 } = changes;
  const { patience: _, ...rest } = recipe;
  const { view } = recipe;
  return validateRecipe({
    ...rest,
    backbone: structure === undefined ? recipe.backbone : backboneOf(structure),
    encoder: {
      ...recipe.encoder,
      layers: num_hidden_layers ?? recipe.encoder.layers,
      hidden: bottleneck ?? recipe.encoder.hidden,
    },
    graph: radius === undefined ? recipe.graph : { kind: "radius", radiusMicrons: radius },
    view: view.kind === "ego" ? { ...view, hops: k_hop ?? view.hops, batchSize: batchSize ?? view.batchSize } : view,
    optimizer: { ...recipe.optimizer, learningRate: lr ?? recipe.optimizer.learningRate },
    ...(patience > 0 && { patience }),
    epochs,
    seed,
  });
}
