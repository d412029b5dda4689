import type { PipelineSettings } from "../../../core/study/annotation/pipeline";
import { views as allViews, type View } from "../../../core/study/annotation/recipe-file";
import { stageRecipes } from "../../../core/study/annotation/stage-recipes";
import type { AnnotationPreset } from "../../../core/train/annotation-presets";
import { NumberKnob } from "../../kit/Knob";
import styles from "../Studies.module.css";
import { annotationTerms as terms } from "./words";

interface LengthFieldsProps {
  readonly preset: AnnotationPreset;
  readonly views: readonly View[];
  readonly changes: Partial<PipelineSettings>;
  readonly onChange: (changes: Partial<PipelineSettings>) => void;
}

/** How long each stage learns. Without a change each view has its preset's length. */
export function LengthFields({ preset, views, changes, onChange }: LengthFieldsProps) {
  const [full, sub] = allViews.map((view) => stageRecipes({ preset, changes: {} }, view, 0));
  return (["pretrain", "train"] as const).map((stage) => {
    const name = stage === "pretrain" ? "Pretraining" : "Fine-tuning";
    const own = (of: typeof full) => ({ epochs: of[stage].epochs, patience: of[stage].patience ?? 0 });
    const one = views.length === 1 && views[0] === "sub" ? own(sub) : own(full);
    const change = (part: Partial<PipelineSettings>): void => onChange({ ...changes, ...part });
    const several = views.length > 1 && own(full).epochs !== own(sub).epochs;
    return (
      <fieldset key={stage} className={styles.group}>
        <legend>{name}</legend>
        <NumberKnob
          label={`${name} epochs`}
          definition={terms.epochs}
          value={changes[`${stage}_epochs`] ?? one.epochs}
          initial={one.epochs}
          onChange={(epochs) => change({ [`${stage}_epochs`]: epochs })}
          min={1}
          max={10_000}
          integer
        />
        <NumberKnob
          label={`${name} patience`}
          definition={terms.patience}
          value={changes[`${stage}_patience`] ?? one.patience}
          initial={one.patience}
          onChange={(patience) => change({ [`${stage}_patience`]: patience })}
          min={0}
          max={10_000}
          integer
        />
        {several && changes[`${stage}_epochs`] === undefined && (
          <p className="label">
            The preset's: {own(full).epochs} on the full graph, {own(sub).epochs} on sub-graphs.
          </p>
        )}
      </fieldset>
    );
  });
}
