import { Button, Checkbox, MultiSelect, SegmentedControl, Select } from "@mantine/core";
import { useState } from "react";
import type { Backbone } from "../../../core/nn/encoder-spec";
import { methodIds, type SslMethodId } from "../../../core/ssl/catalog";
import { type ClusterMethod, defaultClusterWay } from "../../../core/study/clustering/cluster-way";
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
import type { LabState } from "../../../state/lab-state";
import { needsLabel } from "../../../state/recipe-method";
import { openSlices } from "../../../state/study-slices";
import { KnobRow, NumberKnob } from "../../kit/Knob";
import { More } from "../../rail/More";
import styles from "../Studies.module.css";
import { EstimateNote } from "./EstimateNote";
import { backboneNames, methodName, studyTerms } from "./words";

type Info = NonNullable<LabState["slice"]>;

/** What a study will be: everything that its plan says but the slices, which follow the lab. */
type Draft = Omit<ClusteringPlan, "slices" | "graph"> & { readonly ownGraph: boolean };

/** Sets up a study of the open slice, or of it and the one before it; says how long it will take. */
export function PlanForm() {
  const slice = useLab((s) => s.slice);
  const replaced = useLab((s) => s.replaced);
  const graph = useLab((s) => s.recipe.graph);
  const startStudy = useLab((s) => s.startStudy);
  const [draft, setDraft] = useState<Draft>(() => ({ ...defaultPlan([]), ownGraph: false }));
  /** Choices by slice id; what was not chosen is the lab's guess. */
  const [choices, setChoices] = useState<Readonly<Record<number, SliceChoice>>>({});
  const open = openSlices({ slice, replaced }).filter((s) => labelsOf(s).length > 0);
  const set = (part: Partial<Draft>): void => setDraft({ ...draft, ...part });

  if (!slice) return <p className="label">Waits for a slice: open one in the lab.</p>;
  const chosen = open.filter((s) => choices[s.id]?.taken ?? s === slice);
  const slices = chosen.map((s) => {
    const choice = choices[s.id];
    const label = choice?.label ?? chooseLabel(s) ?? labelsOf(s)[0];
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
          {offered.map((id) => (
            <Checkbox
              key={id}
              size="xs"
              label={methodName(id)}
              checked={draft.methods.includes(id)}
              onChange={() => set({ methods: toggled(draft.methods, id, offered) })}
            />
          ))}
        </div>
      </fieldset>
      <fieldset className={styles.group}>
        <legend>Backbones</legend>
        <div className={styles.checks}>
          {backboneOrder.map((id) => (
            <Checkbox
              key={id}
              size="xs"
              label={backboneNames[id]}
              checked={draft.backbones.includes(id)}
              onChange={() => set({ backbones: toggled(draft.backbones, id, backboneOrder) })}
            />
          ))}
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
      <KnobRow
        label="Settings"
        definition={studyTerms.preset}
        changedFrom={draft.preset === "lab" ? null : "default Lab's"}
        onReset={() => set({ preset: "lab", networks: networksOf("lab") })}
      >
        {() => (
          <SegmentedControl
            aria-label="Settings"
            fullWidth={false}
            data={[
              { value: "lab", label: "Lab's" },
              { value: "study", label: "Study's" },
            ]}
            value={draft.preset}
            onChange={(value) => {
              const preset = value as Draft["preset"];
              set({ preset, networks: networksOf(preset) });
            }}
          />
        )}
      </KnobRow>
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
        <KnobRow
          label="Graph"
          definition={studyTerms.graph}
          changedFrom={ownGraph ? "default preset's" : null}
          onReset={() => set({ ownGraph: false })}
        >
          {() => (
            <SegmentedControl
              aria-label="Graph"
              fullWidth={false}
              data={[
                { value: "preset", label: "preset's" },
                { value: "lab", label: "the lab's" },
              ]}
              value={ownGraph ? "lab" : "preset"}
              onChange={(value) => set({ ownGraph: value === "lab" })}
            />
          )}
        </KnobRow>
      </More>

      <EstimateNote plan={plan} jobs={empty ? [] : jobsOf(plan)} empty={empty} />
      <Button fullWidth disabled={empty !== null} onClick={() => void startStudy(plan)}>
        Start the study
      </Button>
    </div>
  );
}

interface SliceChoice {
  readonly taken: boolean;
  readonly label: string | null;
  readonly sections: readonly string[] | null;
}

interface SliceFieldsProps {
  readonly info: Info;
  readonly several: boolean;
  readonly choice: SliceChoice;
  readonly onChange: (choice: SliceChoice) => void;
}

function SliceFields({ info, several, choice, onChange }: SliceFieldsProps) {
  const names = info.section.names;
  return (
    <fieldset className={styles.group}>
      <legend>Slice</legend>
      {several ? (
        <Checkbox
          size="xs"
          label={info.name}
          checked={choice.taken}
          onChange={(event) => onChange({ ...choice, taken: event.currentTarget.checked })}
        />
      ) : (
        <div className={styles.sliceName}>{info.name}</div>
      )}
      {choice.taken && (
        <>
          <KnobRow label="Label" definition={studyTerms.label} changedFrom={null} onReset={() => {}}>
            {(id) => (
              <Select
                id={id}
                w={150}
                data={labelsOf(info)}
                value={choice.label}
                onChange={(label) => onChange({ ...choice, label })}
                allowDeselect={false}
              />
            )}
          </KnobRow>
          {names.length > 1 && (
            <KnobRow label="Sections" definition={studyTerms.sections} changedFrom={null} onReset={() => {}}>
              {(id) => (
                <MultiSelect
                  id={id}
                  w={150}
                  size="xs"
                  data={[...names]}
                  value={[...(choice.sections ?? [])]}
                  onChange={(kept) => onChange({ ...choice, sections: kept.length > 0 ? kept : null })}
                  placeholder={choice.sections ? "" : "all"}
                />
              )}
            </KnobRow>
          )}
        </>
      )}
    </fieldset>
  );
}

interface PartProps {
  readonly draft: Draft;
  readonly set: (part: Partial<Draft>) => void;
}

function BudgetFields({ draft: { budget }, set }: PartProps) {
  const choose = (kind: string): void => {
    if (kind === "steps") set({ budget: { kind, steps: 500 } });
    else if (kind === "epochs") set({ budget: { kind, epochs: 100 } });
    else set({ budget: { kind: "preset" } });
  };
  return (
    <>
      <KnobRow
        label="Length"
        definition={studyTerms.budget}
        changedFrom={null}
        onReset={() => set({ budget: { kind: "preset" } })}
      >
        {() => (
          <SegmentedControl
            aria-label="Length"
            fullWidth={false}
            data={[
              { value: "preset", label: "preset's" },
              { value: "steps", label: "steps" },
              { value: "epochs", label: "epochs" },
            ]}
            value={budget.kind}
            onChange={choose}
          />
        )}
      </KnobRow>
      {budget.kind === "steps" && (
        <NumberKnob
          label="Steps"
          definition={studyTerms.steps}
          value={budget.steps}
          initial={500}
          onChange={(steps) => set({ budget: { kind: "steps", steps } })}
          min={1}
          max={1_000_000}
          step={100}
          integer
        />
      )}
      {budget.kind === "epochs" && (
        <NumberKnob
          label="Epochs"
          definition={studyTerms.epochs}
          value={budget.epochs}
          initial={100}
          onChange={(epochs) => set({ budget: { kind: "epochs", epochs } })}
          min={1}
          max={1_000_000}
          step={10}
          integer
        />
      )}
    </>
  );
}

const clusterNames: readonly { readonly value: ClusterMethod; readonly label: string }[] = [
  { value: "leiden-to-k", label: "Leiden, to k" },
  { value: "leiden", label: "Leiden" },
  { value: "k-means", label: "k-means" },
  { value: "gmm", label: "Gaussian mixture" },
  { value: "consensus", label: "Consensus of mixtures" },
];

const nameOfWay = (method: ClusterMethod) => clusterNames.find(({ value }) => value === method)?.label;

function ClusterFields({ draft: { clustering }, set }: PartProps) {
  const change = (part: Partial<typeof clustering>): void => set({ clustering: { ...clustering, ...part } });
  const byLabel = clustering.k === "classes";
  return (
    <>
      <KnobRow
        label="Clusters by"
        definition={studyTerms.cluster}
        changedFrom={
          clustering.method === defaultClusterWay.method ? null : `default ${nameOfWay(defaultClusterWay.method)}`
        }
        onReset={() => change({ method: defaultClusterWay.method })}
      >
        {(id) => (
          <Select
            id={id}
            w={138}
            data={[...clusterNames]}
            value={clustering.method}
            onChange={(method) => method && change({ method: method as ClusterMethod })}
            allowDeselect={false}
          />
        )}
      </KnobRow>
      {clustering.method === "leiden" ? (
        <NumberKnob
          label="Resolution"
          definition={studyTerms.resolution}
          value={clustering.resolution}
          initial={defaultClusterWay.resolution}
          onChange={(resolution) => change({ resolution })}
          min={0.01}
          max={20}
          step={0.1}
        />
      ) : (
        <>
          <KnobRow
            label="Clusters k"
            definition={studyTerms.k}
            changedFrom={null}
            onReset={() => change({ k: "classes" })}
          >
            {() => (
              <SegmentedControl
                aria-label="Clusters k"
                fullWidth={false}
                data={[
                  { value: "classes", label: "as classes" },
                  { value: "number", label: "number" },
                ]}
                value={byLabel ? "classes" : "number"}
                onChange={(value) => change({ k: value === "classes" ? "classes" : 8 })}
              />
            )}
          </KnobRow>
          {clustering.k !== "classes" && (
            <NumberKnob
              label="k"
              definition={studyTerms.k}
              value={clustering.k}
              initial={8}
              onChange={(k) => change({ k })}
              min={1}
              max={200}
              integer
            />
          )}
        </>
      )}
      <NumberKnob
        label="Refine by"
        definition={studyTerms.refine}
        value={clustering.refine}
        initial={defaultClusterWay.refine}
        onChange={(refine) => change({ refine })}
        min={0}
        max={500}
        integer
      />
    </>
  );
}

/** Methods that learn without the label that their clusters are then compared with. */
const offered = methodIds.filter((id) => !needsLabel(id));
const backboneOrder: readonly Backbone[] = ["sage", "gat", "gcn", "gatv2"];

/** In the order of `all`, so that a plan does not depend on the order of clicks. */
function toggled<T extends SslMethodId | Backbone>(chosen: readonly T[], id: T, all: readonly T[]): T[] {
  return all.filter((other) => (other === id ? !chosen.includes(id) : chosen.includes(other)));
}

function labelsOf(info: Info): string[] {
  return info.obs.filter((c) => c.kind === "categorical" && c.categories.length > 1).map((c) => c.name);
}
