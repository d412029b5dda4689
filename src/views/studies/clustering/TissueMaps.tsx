import { SegmentedControl } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useMemo, useState } from "react";
import type { StudyJob } from "../../../core/study/clustering/plan";
import { useLab } from "../../../state/lab";
import type { Study } from "../../../state/study-state";
import { formatScore } from "../../format/numbers";
import { FigureButtons } from "../figure/FigureButtons";
import styles from "../Studies.module.css";
import { MapCanvas } from "./MapCanvas";
import { mapsFigure } from "./maps-figure";
import { mapColors, matchedTo, type TissueCells } from "./tissue-map";
import { backboneNames, jobTitle, methodName, rowTitle } from "./words";

interface TissueMapsProps {
  readonly study: Study;
  readonly slice: string;
  readonly cells: TissueCells;
}

/** The label, the baselines and every run, small: what a number of the table looks like in the tissue. */
export function TissueMaps({ study, slice, cells }: TissueMapsProps) {
  const { plan } = study.head;
  const [seed, setSeed] = useState(plan.seeds[0]);
  const theme = useLab((s) => s.theme);
  const openRun = useLab((s) => s.openRun);
  const { ref, width } = useElementSize();
  const jobs = useMemo(() => study.jobs.filter((j) => j.slice === slice && j.seed === seed), [study.jobs, slice, seed]);
  const maps = useMemo(() => {
    const found = new Map<string, Int32Array>();
    for (const { key } of jobs) {
      const codes = study.finished.get(key)?.codes;
      // a file of another slice of this name would not fit its cells
      if (codes?.length === cells.labels.length) found.set(key, matchedTo(cells.labels, codes));
    }
    return found;
  }, [jobs, study.finished, cells]);
  const colors = useMemo(() => mapColors(cells.labelColors, [...maps.values()]), [cells, maps]);
  const baselines = jobs.filter(({ kind }) => kind === "baseline");
  const columns = Math.max(plan.methods.length, baselines.length + 1, 4);
  const size = mapSize(cells, width, columns);

  const oneMap = (job: StudyJob | undefined, title: string) => {
    const codes = job && maps.get(job.key);
    const ari = job && study.finished.get(job.key)?.result.ari;
    const failed = job && study.failed.has(job.key);
    const score = ari === undefined || ari === null ? null : formatScore(ari);
    return codes ? (
      <button
        key={job.key}
        type="button"
        className={styles.map}
        aria-label={`${jobTitle(job)}, ARI ${score ?? "not defined"}: open in the lab`}
        onClick={() => void openRun(job.key)}
      >
        <MapCanvas cells={cells} codes={codes} colors={colors} {...size} />
        <span className={styles.mapName}>{title}</span>
        <span className="label numeric">ARI {score ?? "–"}</span>
      </button>
    ) : (
      <div key={job?.key ?? title} className={styles.map}>
        <div className={styles.noMap} style={size}>
          {failed ? "failed" : "waits"}
        </div>
        <span className={styles.mapName}>{title}</span>
      </div>
    );
  };
  const figure = () => {
    const runs = jobs.flatMap((job) => {
      const codes = maps.get(job.key);
      const ari = study.finished.get(job.key)?.result.ari;
      const title = job.kind === "run" ? rowTitle(job.method, job.backbone) : rowTitle(job.name, null);
      return codes ? [{ title, note: `ARI ${formatScore(ari ?? Number.NaN)}`, codes }] : [];
    });
    const all = [
      { title: plan.slices.find((s) => s.name === slice)?.label ?? "label", note: "label", codes: cells.labels },
      ...runs,
    ];
    return mapsFigure(all, { cells, colors, columns, map: size, title: `${slice}, seed ${seed}`, theme });
  };
  return (
    <section className={styles.block} aria-labelledby="maps-title" ref={ref}>
      <div className={styles.blockHead}>
        <h2 id="maps-title">Tissue maps</h2>
        <span className="label">
          Clusters have the colour of the class that they overlap most. A click opens the run in the lab.
        </span>
        {plan.seeds.length > 1 && (
          <SegmentedControl
            aria-label="Seed of the maps"
            fullWidth={false}
            data={plan.seeds.slice(0, 8).map((s) => ({ value: String(s), label: `seed ${s}` }))}
            value={String(seed)}
            onChange={(value) => setSeed(Number(value))}
          />
        )}
        <FigureButtons name={`maps-${slice}-seed${seed}`} figure={figure} disabled={maps.size === 0} />
      </div>
      {width > 0 && (
        <div className={styles.maps} style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
          <div className={styles.map}>
            <MapCanvas cells={cells} codes={cells.labels} colors={colors} {...size} />
            <span className={styles.mapName}>{plan.slices.find((s) => s.name === slice)?.label}</span>
            <span className="label">label</span>
          </div>
          {baselines.map((job) => job.kind === "baseline" && oneMap(job, rowTitle(job.name, null)))}
          {plan.backbones.map((backbone) => (
            <div key={backbone} className={styles.mapRow}>
              <h3>{backboneNames[backbone]}</h3>
              <div className={styles.maps} style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
                {plan.methods.map((method) =>
                  oneMap(
                    jobs.find((j) => j.kind === "run" && j.method === method && j.backbone === backbone),
                    methodName(method),
                  ),
                )}
              </div>
            </div>
          ))}
        </div>
      )}
    </section>
  );
}

/** As large as so many beside each other may be, in the tissue's own shape, and not higher than wide by much. */
function mapSize({ width, height }: TissueCells, room: number, columns: number): { width: number; height: number } {
  const wide = Math.min(200, Math.max(60, Math.floor(room / columns) - 12));
  const shape = Math.min(1.35, Math.max(0.5, height / Math.max(width, 1e-9)));
  return { width: wide, height: Math.round(wide * shape) };
}
