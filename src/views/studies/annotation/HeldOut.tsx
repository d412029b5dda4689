import { Button, Select } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useMemo, useState } from "react";
import type { LabelFraction } from "../../../core/study/annotation/label-fraction";
import type { AnnotationScored } from "../../../core/study/annotation/result";
import { useLab } from "../../../state/lab";
import type { AnnotationStudy } from "../../../state/study-state";
import { parseHex, type Rgb, toHex } from "../../color/rgb";
import { formatCount, formatScore, formatShare } from "../../format/numbers";
import notes from "../../kit/notes.module.css";
import { MapCanvas } from "../clustering/MapCanvas";
import type { TissueCells } from "../clustering/tissue-map";
import { inks } from "../figure/figure";
import studyStyles from "../Studies.module.css";
import styles from "./Annotation.module.css";
import { ConfusionMatrix } from "./ConfusionMatrix";
import { type Confused, cellsAt, cellsOf, errorsOf, nothing, predictedOn } from "./held-out-cells";
import { jobTitle } from "./words";

interface HeldOutProps {
  readonly study: AnnotationStudy;
  readonly results: readonly AnnotationScored[];
  readonly fraction: LabelFraction;
  /** The coarser column that results are scored by; null for the label. */
  readonly level: string | null;
}

/** One run on the held-out section: what it took for what, and where. */
export function HeldOut({ study, results, fraction, level }: HeldOutProps) {
  const openRun = useLab((s) => s.openRun);
  const [wanted, setWanted] = useState<string | null>(null);
  const [chosen, setChosen] = useState<Confused | null>(null);
  const here = results.filter((r) => r.fraction === fraction);
  const result = here.find(({ key }) => key === wanted) ?? bestOf(here);
  if (!result) return null;
  // a place that another run has not
  const place = chosen && countAt(result, chosen) > 0 ? chosen : null;
  const { confusion, perClass } = result;
  const wrong = result.nScored - perClass.reduce((sum, _, i) => sum + confusion[i][i], 0);
  return (
    <section className={studyStyles.block} aria-labelledby="held-out-title">
      <div className={studyStyles.blockHead}>
        <h2 id="held-out-title" style={{ whiteSpace: "nowrap" }}>
          On the held-out section
        </h2>
        <Select
          aria-label="Run shown"
          w={320}
          style={{ flex: "none" }}
          data={here.map((r) => ({ value: r.key, label: jobTitle(r) }))}
          value={result.key}
          onChange={setWanted}
          allowDeselect={false}
        />
        <Button size="compact-sm" variant="default" flex="none" onClick={() => void openRun(result.key)}>
          Open in the lab
        </Button>
        <span className="label numeric">
          F1 {formatScore(result.f1Micro)} micro, {formatScore(result.f1Macro)} macro; {formatCount(wrong)} of{" "}
          {formatCount(result.nScored)} cells wrong; calibration error {formatShare(result.expectedCalibrationError)}
        </span>
      </div>
      <div className={styles.held}>
        <ConfusionMatrix result={result} chosen={place} onChoose={setChosen} />
        <Maps study={study} shown={result.key} place={place} level={level} />
      </div>
    </section>
  );
}

/** The best network by macro F1; the best baseline while there is none. */
function bestOf(results: readonly AnnotationScored[]): AnnotationScored | undefined {
  const runs = results.filter(({ kind }) => kind === "run");
  const some = runs.length > 0 ? runs : results;
  return [...some].sort((a, b) => b.f1Macro - a.f1Macro)[0];
}

function countAt({ perClass, confusion }: AnnotationScored, { truth, predicted }: Confused): number {
  const at = (name: string): number => perClass.findIndex((c) => c.name === name);
  return confusion[at(truth)]?.[at(predicted)] ?? 0;
}

interface MapsProps {
  readonly study: AnnotationStudy;
  readonly shown: string;
  readonly place: Confused | null;
  readonly level: string | null;
}

function Maps({ study, shown, place, level }: MapsProps) {
  const { plan } = study.head;
  const theme = useLab((s) => s.theme);
  const { ref, width } = useElementSize();
  const info = study.slices.get(plan.slice);
  const { cells, parents } = useMemo(() => (info ? cellsAt(info, plan, level) : nothing), [info, plan, level]);
  const predictions = study.finished.get(shown)?.predictions;
  const predicted = useMemo(() => {
    const codes = cells && predictions ? predictedOn(cells, predictions) : null;
    return parents ? (codes?.map((code) => (code < 0 ? -1 : parents[code])) ?? null) : codes;
  }, [cells, parents, predictions]);
  const marked = useMemo(() => {
    if (!cells || !predicted) return null;
    const codes = { truth: cells.labels, predicted, categories: cells.categories };
    return { errors: errorsOf(cells.labels, predicted), place: place ? cellsOf(place, codes) : null };
  }, [cells, predicted, place]);
  if (!cells || !predicted || !marked)
    return <p className={notes.note}>This browser kept no positions of {plan.slice}, so there are no maps.</p>;
  const colors = markColors[theme];
  const unknown = cells.categories.length - 1;
  const columns = Math.max(1, Math.min(4, Math.floor((width + 10) / 180)));
  const size = mapSize(cells, (width - 10 * (columns - 1)) / columns);
  const count = (codes: Int32Array): string => formatCount(codes.filter((code) => code === 0).length);
  const map = (title: string, words: string, codes: Int32Array, colors: readonly Rgb[]) => (
    <figure key={title} className={studyStyles.map} style={{ margin: 0 }}>
      <MapCanvas cells={cells} codes={codes} colors={colors} {...size} />
      <figcaption className={studyStyles.mapName}>{title}</figcaption>
      <span className="label numeric">{words}</span>
    </figure>
  );
  return (
    <div ref={ref} className={styles.mapRoom}>
      {width > 0 && (
        <div className={styles.maps} style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
          {map("Truth", level ?? plan.label, cells.labels, cells.labelColors)}
          {map("Prediction", "of every cell", predicted, cells.labelColors)}
          {map("Errors", `${count(marked.errors)} cells`, marked.errors, colors.errors)}
          {place &&
            marked.place &&
            map(
              place.truth === place.predicted ? `${place.truth}, right` : `${place.truth} as ${place.predicted}`,
              `${count(marked.place)} cells`,
              marked.place,
              colors.place,
            )}
        </div>
      )}
      <ul className={styles.legend}>
        {cells.categories.map((name, code) =>
          // what lies within no class of a level is named where it was predicted
          plan.unlabelled.includes(name) || (parents && code === unknown && !predicted.includes(code)) ? null : (
            <li key={name}>
              <i style={{ background: toHex(cells.labelColors[code]) }} />
              {name}
            </li>
          ),
        )}
      </ul>
    </div>
  );
}

/** The page's own red and accent (app.css). */
const markColors: Readonly<
  Record<"dark" | "light", { readonly errors: readonly Rgb[]; readonly place: readonly Rgb[] }>
> = {
  dark: { errors: [parseHex("#ff8f86")!], place: [parseHex(inks.dark.accent)!] },
  light: { errors: [parseHex("#b3261e")!], place: [parseHex(inks.light.accent)!] },
};

/** As wide as its place, in the tissue's own shape within bounds. */
function mapSize({ width, height }: TissueCells, room: number): { width: number; height: number } {
  const wide = Math.min(300, Math.max(80, Math.floor(room) - 8));
  const shape = Math.min(1.35, Math.max(0.5, height / Math.max(width, 1e-9)));
  return { width: wide, height: Math.round(wide * shape) };
}
