import { ActionIcon, Tooltip } from "@mantine/core";
import { useLab } from "../../state/lab";
import { formatMicrons } from "../format/numbers";
import { FitIcon, MinusIcon, PlusIcon } from "../kit/icons";
import styles from "./Stage.module.css";
import { scaleBar } from "./scale-bar";
import { useStage } from "./stage-store";

/** Scale bar of the tissue, zoom and fit of the large view. */
export function StageControls() {
  const main = useLab((s) => s.stage);
  const hasSlice = useLab((s) => s.slice !== null);
  const zoom = useStage((s) => s.cameras.tissue.zoom);
  const act = useStage.getState();
  const { microns, pixels } = scaleBar(2 ** zoom, 110);
  const button = (label: string, onClick: () => void, icon: React.ReactNode) => (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" aria-label={label} onClick={onClick}>
        {icon}
      </ActionIcon>
    </Tooltip>
  );
  if (!hasSlice) return null;
  return (
    <div className={`${styles.plate} ${styles.controls}`}>
      {main === "tissue" && (
        <div
          className="label numeric"
          role="img"
          aria-label={`Scale bar: ${formatMicrons(microns)}`}
          style={{ display: "flex", gap: 8, alignItems: "center" }}
        >
          {formatMicrons(microns)}
          <svg width={Math.ceil(pixels) + 2} height="9" aria-hidden="true">
            <path
              d={`M1 1v7M1 4.5H${pixels + 1}M${pixels + 1} 1v7`}
              stroke="currentColor"
              strokeWidth="1.5"
              fill="none"
            />
          </svg>
        </div>
      )}
      <div style={{ display: "flex" }}>
        {button("Zoom out (-)", () => act.zoom(main, -0.5), <MinusIcon />)}
        {button("Zoom in (+)", () => act.zoom(main, 0.5), <PlusIcon />)}
        {button("Fit (0)", () => act.fit(main), <FitIcon />)}
      </div>
    </div>
  );
}
