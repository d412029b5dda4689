import { Button } from "@mantine/core";
import { useLab } from "../../../state/lab";
import { type Figure, inks } from "./figure";
import { savePng, saveSvg } from "./save-figure";

interface FigureButtonsProps {
  /** Of the file, without extension. */
  readonly name: string;
  /** Made when it is asked for. */
  readonly figure: () => Figure;
  readonly disabled?: boolean;
}

/** Saves a figure as it is seen. */
export function FigureButtons({ name, figure, disabled = false }: FigureButtonsProps) {
  const ground = useLab((s) => inks[s.theme].ground);
  return (
    <span style={{ display: "inline-flex", gap: 4, marginLeft: "auto" }}>
      <Button
        variant="default"
        size="compact-xs"
        disabled={disabled}
        aria-label={`Save ${name} as SVG`}
        onClick={() => saveSvg(name, figure(), ground)}
      >
        SVG
      </Button>
      <Button
        variant="default"
        size="compact-xs"
        disabled={disabled}
        aria-label={`Save ${name} as PNG`}
        onClick={() => void savePng(name, figure(), ground)}
      >
        PNG
      </Button>
    </span>
  );
}
