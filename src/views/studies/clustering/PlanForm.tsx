import { Button } from "@mantine/core";
import { useState } from "react";
import type { Backbone } from "../../../core/nn/encoder-spec";
import { methodIds } from "../../../core/ssl/catalog";
import {
  type ClusteringPlan,
  defaultPlan,
  jobsOf,
  mostNetworks,
  studyMethods,
} from "../../../core/study/clustering/plan";
import { networksOf } from "../../../core/train/presets";
import { chooseLabel } from "../../../state/fresh";
import { useLab } from "../../../state/lab";
import { labelsIn, needsLabel } from "../../../state/recipe-method";
import { openSlices } from "../../../state/study-slices";
import { SegmentsKnob } from "../../kit/ChoiceKnob";
import { NumberKnob } from "../../kit/Knob";
import { More } from "../../rail/More";
import { Checks } from "../Checks";
import styles from "../Studies.module.css";
import { BudgetFields } from "./BudgetFields";
import { ClusterFields } from "./ClusterFields";
import { EstimateNote } from "./EstimateNote";
import type { Draft } from "./plan-draft";
import { type SliceChoice, SliceFields } from "./SliceFields";
import { backboneNames, methodName, studyTerms } from "./words";

/** Sets up a study of the open slice, or of it and the one before it; says how long it will take. */
export function PlanForm() {
  const slice = useLab((s) => s.slice);
  const replaced = useLab((s) => s.replaced);
  const graph = useLab((s) => s.recipe.graph);
  const startStudy = useLab((s) => s.startStudy);
  const [draft, setDraft] = useState<Draft>(() => ({ ...defaultPlan([]), ownGraph: false }));
  /** Choices by slice id; what was not chosen is the lab's guess. */
  const [choices, setChoices] = useState<Readonly<Record<number, SliceChoice>>>({});
  const open = openSlices({ slice, replaced }).filter((s) => labelsIn(s).length > 0);
  const set = (part: Partial<Draft>): void => setDraft({ ...draft, ...part });

  if (!slice) return <p className="label">Waits for a slice: open one in the lab.</p>;
  const chosen = open.filter((s) => choices[s.id]?.taken ?? s === slice);
  const slices = chosen.map((s) => {
    const choice = choices[s.id];
    const label = choice?.label ?? chooseLabel(s) ?? labelsIn(s)[0];
    return { name: s.name, label, sections: choice?.sections ?? null, unlabelled: [] };
  });
  const { ownGraph, ...rest } = draft;
  const plan: ClusteringPlan = { ...rest, slices, graph: ownGraph ? graph : null };
  const empty =
    slices.length === 0
      ? "Choose a slice with a label."
      : draft.methods.length === 0
        ? "Choose a method."
        : draft.backbones.length === 0
          ? "Choose a backbone."
          : null;
  return (
    // no form: Enter in a field sets its number and must not start hours of work
    <div>
      {open.length === 0 && <p className="label">{slice.name} has no label to compare clusters with.</p>}
      {open.map((info) => (
        <SliceFields
          key={info.id}
          info={info}
          several={open.length > 1}
          choice={{
            taken: chosen.includes(info),
            label: slices[chosen.indexOf(info)]?.label ?? chooseLabel(info),
            sections: choices[info.id]?.sections ?? null,
          }}
          onChange={(choice) => setChoices({ ...choices, [info.id]: choice })}
        />
      ))}

      <fieldset className={styles.group}>
        <legend>
          Methods
          <Button
            variant="subtle"
            size="compact-xs"
            onClick={() => set({ methods: draft.methods.length === 0 ? studyMethods : [] })}
          >
            {draft.methods.length === 0 ? "The eight" : "None"}
          </Button>
        </legend>
        <div className={styles.checks}>
          <Checks all={offered} chosen={draft.methods} nameOf={methodName} onChange={(methods) => set({ methods })} />
        </div>
      </fieldset>
      <fieldset className={styles.group}>
        <legend>Backbones</legend>
        <div className={styles.checks}>
          <Checks
            all={backboneOrder}
            chosen={draft.backbones}
            nameOf={(id) => backboneNames[id]}
            onChange={(backbones) => set({ backbones })}
          />
        </div>
      </fieldset>

      <NumberKnob
        label="Seeds"
        definition={studyTerms.seeds}
        value={draft.seeds.length}
        initial={3}
        onChange={(n) => set({ seeds: Array.from({ length: n }, (_, i) => i) })}
        min={1}
        max={20}
        integer
      />
      <SegmentsKnob
        label="Settings"
        definition={studyTerms.preset}
        changedFrom={draft.preset === "lab" ? null : "default Lab's"}
        onReset={() => set({ preset: "lab", networks: networksOf("lab") })}
        data={[
          { value: "lab", label: "Lab's" },
          { value: "study", label: "Study's" },
        ]}
        value={draft.preset}
        onChange={(preset) => set({ preset, networks: networksOf(preset) })}
      />
      <NumberKnob
        label="Networks"
        definition={studyTerms.networks}
        value={draft.networks}
        initial={networksOf(draft.preset)}
        onChange={(networks) => set({ networks })}
        min={1}
        max={mostNetworks}
        integer
      />
      <BudgetFields draft={draft} set={set} />
      <More>
        <ClusterFields draft={draft} set={set} />
        <SegmentsKnob
          label="Graph"
          definition={studyTerms.graph}
          changedFrom={ownGraph ? "default preset's" : null}
          onReset={() => set({ ownGraph: false })}
          data={[
            { value: "preset", label: "preset's" },
            { value: "lab", label: "the lab's" },
          ]}
          value={ownGraph ? "lab" : "preset"}
          onChange={(value) => set({ ownGraph: value === "lab" })}
        />
      </More>

      <EstimateNote plan={plan} jobs={empty ? [] : jobsOf(plan)} empty={empty} />
      <Button fullWidth disabled={empty !== null} onClick={() => void startStudy(plan)}>
        Start the study
      </Button>
    </div>
  );
}

/** Methods that learn without the label that their clusters are then compared with. */
const offered = methodIds.filter((id) => !needsLabel(id));
const backboneOrder: readonly Backbone[] = ["sage", "gat", "gcn", "gatv2"];
