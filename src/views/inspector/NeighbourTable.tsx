import { SegmentedControl, Tooltip, UnstyledButton } from "@mantine/core";
import type { SliceInfo } from "../../../workers/protocol";
import { attends } from "../../core/nn/encoder-spec";
import type { CategoricalColumn } from "../../core/slice/slice";
import { useLab } from "../../state/lab";
import { categoryColors } from "../color/palettes";
import { toHex } from "../color/rgb";
import { terms } from "../rail/terms";
import { useStage } from "../stage/stage-store";
import { useEgoNet } from "../stage/use-scene-data";
import { alphaAt } from "../tissue/ego-edges";
import styles from "./Inspector.module.css";

const mostShown = 40;

/** The selected cell's neighbours: distance and, once a GAT or GATv2 has learned, attention beside equal weights. */
export function NeighbourTable({ slice }: { slice: SliceInfo }) {
  const ego = useEgoNet();
  const graphReady = useLab((s) => s.graph.kind === "ready");
  const attentive = useLab((s) => s.runRecipe !== null && attends(s.runRecipe.backbone));
  const learned = useLab((s) => s.epoch > 0);
  const head = useStage((s) => s.head);
  const setHead = useStage((s) => s.setHead);
  const { select, hover } = useLab.getState();
  const name = useNaming(slice);
  if (!ego) return <p className="label">{graphReady ? "Looking them up." : "Neighbours come with the graph."}</p>;
  if (ego.edges.length === 0) return <p className="label">This cell has no neighbour in the graph.</p>;
  const shownHead = head !== null && head < ego.nHeads ? head : null;
  const self = alphaAt(ego.selfAlpha, shownHead);
  const most = Math.max(...ego.edges.map((e) => alphaAt(e.alpha, shownHead)), Number.isFinite(self) ? self : 0);
  const withAttention = ego.uniform !== null;
  return (
    <>
      {ego.nHeads > 1 && (
        <SegmentedControl
          aria-label="Attention head"
          mb={4}
          value={shownHead === null ? "mean" : String(shownHead)}
          onChange={(value) => setHead(value === "mean" ? null : Number(value))}
          data={[
            { value: "mean", label: "mean" },
            ...Array.from({ length: ego.nHeads }, (_, i) => ({ value: String(i), label: String(i + 1) })),
          ]}
        />
      )}
      <table className={styles.table}>
        <thead>
          <tr>
            <th>{ego.edges.length} neighbours</th>
            {withAttention && (
              <th colSpan={2}>
                <Tooltip label={terms.attention}>
                  <span>α, mark at 1/degree = {ego.uniform!.toFixed(2)}</span>
                </Tooltip>
              </th>
            )}
            <th>µm</th>
          </tr>
        </thead>
        <tbody>
          {withAttention && (
            <tr>
              <td className="label">itself</td>
              <AlphaCells alpha={self} most={most} uniform={ego.uniform!} />
              <td />
            </tr>
          )}
          {ego.edges.slice(0, mostShown).map((edge) => (
            <tr key={edge.cell}>
              <td>
                <UnstyledButton
                  className={styles.cellLink}
                  aria-label={`Select neighbour ${name(edge.cell).text}`}
                  onClick={() => select(edge.cell)}
                  onPointerEnter={() => hover(edge.cell)}
                  onPointerLeave={() => hover(null)}
                >
                  <span className={styles.swatch} style={{ background: name(edge.cell).color }} />
                  <span className={styles.ellipsis}>{name(edge.cell).text}</span>
                </UnstyledButton>
              </td>
              {withAttention && (
                <AlphaCells alpha={alphaAt(edge.alpha, shownHead)} most={most} uniform={ego.uniform!} />
              )}
              <td>{edge.microns.toFixed(1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {ego.edges.length > mostShown && <p className="label">{ego.edges.length - mostShown} more</p>}
      {!withAttention && (
        <p className="label">
          {learned && !attentive ? "This backbone has no attention." : "Attention comes with a trained GAT or GATv2."}
        </p>
      )}
    </>
  );
}

/** A weight as a bar, with a mark where equal weights would end. */
function AlphaCells({ alpha, most, uniform }: { alpha: number; most: number; uniform: number }) {
  const scale = Math.max(most, uniform, 1e-9);
  return (
    <>
      <td style={{ width: 72 }}>
        <div className={styles.track}>
          <div className={styles.fill} style={{ width: `${(100 * alpha) / scale}%` }} />
          <div className={styles.ghost} style={{ left: `calc(${(100 * uniform) / scale}% - 1px)` }} />
        </div>
      </td>
      <td>{alpha.toFixed(2)}</td>
    </>
  );
}

/** A cell by its label where there is one, else by its number. */
function useNaming(slice: SliceInfo): (cell: number) => { text: string; color: string } {
  const label = useLab((s) => s.label);
  const column = slice.obs.find((c): c is CategoricalColumn => c.name === label && c.kind === "categorical");
  if (!column) return (cell) => ({ text: `cell ${cell}`, color: "var(--lab-dim)" });
  const colors = categoryColors(column.categories.length, column.colors);
  return (cell) => {
    const code = column.codes[cell];
    return code < 0
      ? { text: "no label", color: "var(--lab-dim)" }
      : { text: column.categories[code], color: toHex(colors[code]) };
  };
}
