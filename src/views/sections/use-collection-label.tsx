import { type ReactNode, useState } from "react";
import type { KeptCollection } from "../../core/collection/manifest";
import type { LabelRecipe } from "../../core/slice/cell-labels";
import { namesOfUnknown } from "../../core/slice/unlabelled";
import { useLab } from "../../state/lab";
import { looksAtLabel, needsLabel } from "../../state/recipe-method";
import { SelectKnob } from "../kit/ChoiceKnob";
import { LeftOutKnob } from "../kit/LeftOutKnob";
import { terms } from "../rail/terms";
import styles from "./Sections.module.css";

/** The label that a run over sections looks at: the lab's where the collection has it, else one of the collection's own. */
export function useCollectionLabel({ collection }: KeptCollection): { label: LabelRecipe | null; control: ReactNode } {
  const recipe = useLab((s) => s.recipe);
  const [name, setName] = useState<string | null>(null);
  const [leftOut, setLeftOut] = useState<readonly string[] | null>(null);
  const labels = collection.labels.filter(({ categories }) => categories.length > 1);
  if (!looksAtLabel(recipe)) return { label: null, control: null };
  // the run itself says that there is none
  if (labels.length === 0) return { label: recipe.label ?? null, control: null };
  const wanted = name ?? recipe.label?.name;
  const { name: chosen, categories } = labels.find((one) => one.name === wanted) ?? labels[0];
  const ofLab = recipe.label?.name === chosen && recipe.label.leaveOut.length > 0 ? recipe.label.leaveOut : null;
  const leaveOut = leftOut ?? ofLab ?? namesOfUnknown(categories);
  const learns = needsLabel(recipe.method);
  const control = (
    <div className={styles.controls}>
      <div className={styles.knob}>
        <SelectKnob
          label={learns ? "Learn" : "Types from"}
          definition={learns ? terms.learnedLabel : terms.maskLabel}
          onReset={() => setName(null)}
          data={labels.map((one) => one.name)}
          value={chosen}
          onChange={(next) => {
            setName(next);
            setLeftOut(null);
          }}
        />
      </div>
      <div className={styles.knob}>
        <LeftOutKnob
          definition={terms.fineTuneUnlabelled}
          categories={[...categories]}
          value={leaveOut}
          onChange={setLeftOut}
        />
      </div>
    </div>
  );
  return { label: { name: chosen, leaveOut }, control };
}
