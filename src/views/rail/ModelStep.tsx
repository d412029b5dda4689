import { SegmentedControl, Tooltip } from "@mantine/core";
import { attends } from "../../core/nn/encoder-spec";
import { defaultRecipe, type RunRecipe } from "../../core/train/recipe";
import { useLab } from "../../state/lab";
import { NumberKnob } from "../kit/Knob";
import { Toggle } from "../kit/Toggle";
import { MethodControl, MethodKnobs } from "./MethodControl";
import { More } from "./More";
import { terms } from "./terms";

const initial = defaultRecipe();

/** Step 3: the network and how it learns. Changes take effect with the next run. */
export function ModelStep() {
  const recipe = useLab((s) => s.recipe);
  const edit = useLab((s) => s.editRecipe);
  const { encoder } = recipe;
  const setEncoder = (part: Partial<RunRecipe["encoder"]>): void =>
    edit((r) => ({ ...r, encoder: { ...r.encoder, ...part } }));
  return (
    <>
      <MethodControl />
      <Tooltip label={terms.backbone} position="right">
        <SegmentedControl
          aria-label="Backbone"
          data={[
            { value: "gcn", label: "GCN" },
            { value: "sage", label: "SAGE" },
            { value: "gat", label: "GAT" },
            { value: "gatv2", label: "GATv2" },
          ]}
          value={recipe.backbone}
          onChange={(backbone) => edit((r) => ({ ...r, backbone: backbone as RunRecipe["backbone"] }))}
          mb={6}
        />
      </Tooltip>
      <NumberKnob
        label="Layers"
        definition={terms.layers}
        value={encoder.layers}
        initial={initial.encoder.layers}
        onChange={(layers) => setEncoder({ layers })}
        min={1}
        max={8}
        integer
      />
      <NumberKnob
        label="Width"
        definition={terms.hidden}
        value={encoder.hidden}
        initial={initial.encoder.hidden}
        onChange={(hidden) => setEncoder({ hidden })}
        min={1}
        max={1024}
        step={16}
        integer
      />
      {attends(recipe.backbone) && (
        <NumberKnob
          label="Heads"
          definition={terms.heads}
          value={encoder.heads}
          initial={initial.encoder.heads}
          onChange={(heads) => setEncoder({ heads })}
          min={1}
          max={16}
          integer
        />
      )}
      <NumberKnob
        label="Epochs"
        definition={terms.epochs}
        value={recipe.epochs}
        initial={initial.epochs}
        onChange={(epochs) => edit((r) => ({ ...r, epochs }))}
        min={1}
        max={100_000}
        step={10}
        integer
      />
      <More>
        <MethodKnobs />
        <NumberKnob
          label="Learning rate"
          definition={terms.learningRate}
          value={recipe.optimizer.learningRate}
          initial={initial.optimizer.learningRate}
          onChange={(learningRate) => edit((r) => ({ ...r, optimizer: { ...r.optimizer, learningRate } }))}
          min={0.00001}
          max={1}
          step={0.0005}
        />
        <NumberKnob
          label="Weight decay"
          definition={terms.weightDecay}
          value={recipe.optimizer.weightDecay}
          initial={initial.optimizer.weightDecay}
          onChange={(weightDecay) => edit((r) => ({ ...r, optimizer: { ...r.optimizer, weightDecay } }))}
          min={0}
          max={1}
          step={0.00001}
        />
        <Toggle
          label="Falling rate"
          definition={terms.schedule}
          checked={recipe.optimizer.schedule === "cosine"}
          onChange={(falls) =>
            edit((r) => ({ ...r, optimizer: { ...r.optimizer, schedule: falls ? "cosine" : "constant" } }))
          }
        />
        <NumberKnob
          label="Dropout"
          definition={terms.dropout}
          value={encoder.dropout}
          initial={initial.encoder.dropout}
          onChange={(dropout) => setEncoder({ dropout })}
          min={0}
          max={0.9}
          step={0.05}
        />
        <NumberKnob
          label="Attention dropout"
          definition={terms.attentionDropout}
          value={encoder.attentionDropout}
          initial={initial.encoder.attentionDropout}
          onChange={(attentionDropout) => setEncoder({ attentionDropout })}
          disabled={!attends(recipe.backbone)}
          min={0}
          max={0.9}
          step={0.05}
        />
        <NumberKnob
          label="Own path"
          definition={terms.ownPath}
          value={encoder.ownPath ?? 0}
          initial={initial.encoder.ownPath ?? 0}
          onChange={(ownPath) => setEncoder({ ownPath })}
          min={0}
          max={4}
          integer
        />
        <NumberKnob
          label="Row blocks"
          definition={terms.rowBlocks}
          value={recipe.memory?.rowBlocks ?? 1}
          initial={1}
          onChange={(rowBlocks) => edit((r) => ({ ...r, memory: { rowBlocks } }))}
          disabled={recipe.view.kind !== "full"}
          min={1}
          max={1024}
          integer
        />
        <Toggle
          label="Batch normalisation"
          definition={terms.batchNorm}
          checked={encoder.batchNorm}
          onChange={(batchNorm) => setEncoder({ batchNorm })}
        />
        <Toggle
          label="Skip connections"
          definition={terms.skip}
          checked={encoder.skip}
          onChange={(skip) => setEncoder({ skip })}
        />
        <Toggle
          label="Unit variance"
          definition={terms.scale}
          checked={recipe.preprocess.scale}
          onChange={(scale) => edit((r) => ({ ...r, preprocess: { ...r.preprocess, scale } }))}
        />
        <Toggle
          label="Centred genes"
          definition={terms.center}
          checked={recipe.preprocess.center ?? false}
          onChange={(center) => edit((r) => ({ ...r, preprocess: { ...r.preprocess, center } }))}
        />
        <NumberKnob
          label="Components"
          definition={terms.inputComponents}
          value={recipe.preprocess.components ?? 0}
          initial={initial.preprocess.components ?? 0}
          onChange={(n) =>
            edit((r) => {
              const { components: _, ...genes } = r.preprocess;
              return { ...r, preprocess: n > 0 ? { ...genes, components: n } : genes };
            })
          }
          min={0}
          max={512}
          step={10}
          integer
        />
        <NumberKnob
          label="Seed"
          definition={terms.seed}
          value={recipe.seed}
          initial={initial.seed}
          onChange={(seed) => edit((r) => ({ ...r, seed }))}
          min={0}
          max={4_294_967_295}
          integer
        />
      </More>
    </>
  );
}
