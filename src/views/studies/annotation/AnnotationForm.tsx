import { Button, MultiSelect, TextInput } from "@mantine/core";
import { useMemo, useState } from "react";
import { LabError, toLabError } from "../../../core/errors";
import { namesOfUnknown } from "../../../core/slice/unlabelled";
import { coarserColumns } from "../../../core/study/annotation/label-levels";
import {
  type AnnotationPlan,
  annotationBaselines,
  annotationJobs,
  defaultAnnotationPlan,
} from "../../../core/study/annotation/plan";
import { switches, views } from "../../../core/study/annotation/recipe-file";
import { chooseLabel } from "../../../state/fresh";
import { useLab } from "../../../state/lab";
import type { LabState } from "../../../state/lab-state";
import { formatCount } from "../../format/numbers";
import { SegmentsKnob, SelectKnob } from "../../kit/ChoiceKnob";
import { categoriesOf } from "../../kit/categories";
import { KnobRow, NumberKnob } from "../../kit/Knob";
import { LeftOutKnob } from "../../kit/LeftOutKnob";
import notes from "../../kit/notes.module.css";
import { More } from "../../rail/More";
import { Checks } from "../Checks";
import styles from "../Studies.module.css";
import { type AnnotationDraft, draftOfRecipe, initialDraft } from "./annotation-draft";
import { LengthFields } from "./LengthFields";
import { OneSection } from "./OneSection";
import { RecipeButton } from "./RecipeButton";
import { sectionByRule } from "./test-section";
import { parseFractions, sizeWords, sslNames, annotationTerms as terms, viewNames } from "./words";

type Info = NonNullable<LabState["slice"]>;

/** Sets up an annotation study of the open slice; says how many runs it has. */
export function AnnotationForm() {
  const slice = useLab((s) => s.slice);
  if (!slice) return <p className="label">Waits for a slice: open one in the lab.</p>;
  if (slice.section.names.length < 2) return <OneSection name={slice.name} />;
  if (labelsOf(slice).length === 0) return <p className={notes.note}>{slice.name} has no label to learn.</p>;
  return <Fields key={slice.id} slice={slice} />;
}

function Fields({ slice }: { slice: Info }) {
  const startStudy = useLab((s) => s.startStudy);
  const [draft, setDraft] = useState(initialDraft);
  const set = (part: Partial<AnnotationDraft>): void => setDraft({ ...draft, ...part });
  const label = draft.label ?? guessedLabel(slice);
  const categories = categoriesOf(slice, label);
  const unlabelled = draft.unlabelled ?? namesOfUnknown(categories);
  const leftOut = unlabelled.join("\n");
  const rule = useMemo(() => ruleOf(slice, label, leftOut), [slice, label, leftOut]);
  const fractions = parseFractions(draft.fractions);
  const section = draft.section ?? (rule instanceof LabError ? null : (rule?.name ?? null));
  const found = useMemo(
    () => coarserColumns(slice, label, { unlabelled: leftOut.split("\n"), testSections: section ? [section] : [] }),
    [slice, label, leftOut, section],
  );
  const levels = draft.levels ?? found;
  const empty =
    rule instanceof LabError
      ? `${rule.message} ${rule.hint ?? ""}`
      : (lacking.find(([isLacking]) => isLacking(draft, section))?.[1] ??
        (fractions === null ? "Labels: give shares up to 100 % or whole numbers of cells." : null));
  const plan: AnnotationPlan = defaultAnnotationPlan(
    { slice: slice.name, label, testSections: section === null ? [] : [section] },
    {
      ...{ unlabelled, levels },
      configurations: [{ preset: draft.preset, changes: draft.changes }],
      views: draft.views,
      ssl: draft.ssl,
      seeds: Array.from({ length: draft.seeds }, (_, seed) => seed),
      fractions: fractions ?? [1],
      baselines: annotationBaselines,
    },
  );
  return (
    // no form: Enter in a field sets its number and must not start hours of work
    <div>
      <RecipeButton
        take={(recipe) => {
          const { name, section } = slice;
          const known = { name, labels: labelsOf(slice), columns: columnsOf(slice), sections: section.names };
          setDraft(draftOfRecipe(recipe, known));
        }}
      />
      <fieldset className={styles.group}>
        <legend>Slice</legend>
        <div className={styles.sliceName}>
          {slice.name}, {slice.section.names.length} sections
        </div>
        <SelectKnob
          label="Label"
          definition={terms.label}
          onReset={() => set({ label: null })}
          data={labelsOf(slice)}
          value={label}
          onChange={(next) => set({ label: next, unlabelled: null, levels: null })}
        />
        <LeftOutKnob
          definition={terms.unlabelled}
          categories={categories}
          value={unlabelled}
          onChange={(names) => set({ unlabelled: names })}
        />
        <SelectKnob
          label="Test section"
          definition={terms.section}
          onReset={() => set({ section: null })}
          data={[{ value: "", label: "paper's rule" }, ...slice.section.names]}
          value={draft.section ?? ""}
          onChange={(name) => set({ section: name || null })}
        />
        <KnobRow label="Levels" definition={terms.levels} changedFrom={null} onReset={() => set({ levels: null })}>
          {(id) => (
            <MultiSelect
              id={id}
              w={150}
              size="xs"
              data={columnsOf(slice).filter((name) => name !== label)}
              value={[...levels]}
              onChange={(names) => set({ levels: names })}
              placeholder={levels.length > 0 ? "" : "none"}
            />
          )}
        </KnobRow>
        {draft.section === null && rule && !(rule instanceof LabError) && (
          <p className={notes.note} data-testid="section-by-rule">
            {rule.name}: its cells of each class differ least from the mean section, by {formatCount(rule.distance)}{" "}
            cells in all; next is {rule.next.name}, by {formatCount(rule.next.distance)}.
          </p>
        )}
      </fieldset>

      <fieldset className={styles.group}>
        <legend>Compared</legend>
        <div className={styles.checks}>
          <Checks
            all={views}
            chosen={draft.views}
            nameOf={(view) => viewNames[view]}
            onChange={(chosen) => set({ views: chosen })}
          />
          <Checks all={switches} chosen={draft.ssl} nameOf={(ssl) => sslNames[ssl]} onChange={(ssl) => set({ ssl })} />
        </div>
      </fieldset>

      <NumberKnob
        label="Seeds"
        definition={terms.seeds}
        value={draft.seeds}
        initial={3}
        onChange={(seeds) => set({ seeds })}
        min={1}
        max={20}
        integer
      />
      <KnobRow
        label="Labels"
        definition={terms.fractions}
        changedFrom={null}
        onReset={() => set({ fractions: initialDraft.fractions })}
      >
        {(id) => (
          <TextInput
            id={id}
            w={150}
            value={draft.fractions}
            error={fractions === null}
            onChange={(event) => set({ fractions: event.currentTarget.value })}
          />
        )}
      </KnobRow>
      <SegmentsKnob
        label="Settings"
        definition={terms.preset}
        changedFrom={draft.preset === "lab" ? null : "default Lab's"}
        onReset={() => set({ preset: "lab" })}
        data={[
          { value: "lab", label: "Lab's" },
          { value: "spatialssl", label: "SpatialSSL" },
        ]}
        value={draft.preset}
        onChange={(preset) => set({ preset, changes: {} })}
      />
      <More>
        <LengthFields
          preset={draft.preset}
          views={draft.views}
          changes={draft.changes}
          onChange={(changes) => set({ changes })}
        />
      </More>

      <p className={notes.note} role="status" data-testid="annotation-size">
        {empty ?? `${sizeWords(annotationJobs(plan))}.`}
      </p>
      <Button fullWidth disabled={empty !== null} onClick={() => void startStudy(plan)}>
        Start the study
      </Button>
    </div>
  );
}

/** What a draft may lack, and what to do then. */
const lacking: readonly (readonly [(draft: AnnotationDraft, section: string | null) => boolean, string])[] = [
  [(_, section) => section === null, "Choose a section to test on."],
  [({ views: chosen }) => chosen.length === 0, "Choose full graph or sub-graphs."],
  [({ ssl }) => ssl.length === 0, "Choose with or without SSL."],
];

/** Columns that may be a coarser level. */
function columnsOf({ obs }: Info): string[] {
  return obs.filter((c) => c.kind === "categorical" && c.name !== "section").map(({ name }) => name);
}

function labelsOf(info: Info): string[] {
  const usable = info.obs.filter(
    (c) => c.kind === "categorical" && c.categories.length > 1 && c.categories.length <= 200 && c.name !== "section",
  );
  return usable.map((c) => c.name);
}

/** A cell type, where the slice names them so, before a region of the tissue. */
const typeNames = ["cell_class", "class", "cell_type", "celltype", "subclass", "annotation"];

const guessedLabel = (info: Info): string => {
  const labels = labelsOf(info);
  const guess = typeNames.find((name) => labels.includes(name)) ?? chooseLabel(info);
  return guess && labels.includes(guess) ? guess : labels[0];
};

/** The section by the paper's rule, or why there is none. */
function ruleOf(info: Info, label: string, unlabelled: string) {
  try {
    return sectionByRule(info, label, unlabelled.split("\n"));
  } catch (thrown) {
    return toLabError(thrown);
  }
}
