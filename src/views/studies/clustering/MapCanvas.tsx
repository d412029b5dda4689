import { useEffect, useRef } from "react";
import type { Rgb } from "../../color/rgb";
import { paintMap, type TissueCells } from "./tissue-map";

interface MapCanvasProps {
  readonly cells: TissueCells;
  readonly codes: Int32Array;
  readonly colors: readonly Rgb[];
  readonly width: number;
  readonly height: number;
}

/** The tissue, small, coloured by codes. What it shows is said by what stands around it. */
export function MapCanvas({ cells, codes, colors, width, height }: MapCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (canvas.current) drawMap(canvas.current, { cells, codes, colors, width, height });
  }, [cells, codes, colors, width, height]);
  return <canvas ref={canvas} style={{ display: "block", width, height }} />;
}

/** Draws at the density of the screen, twice at least, so that a saved map is sharp. */
export function drawMap(canvas: HTMLCanvasElement, { cells, codes, colors, width, height }: MapCanvasProps): void {
  const density = Math.max(2, window.devicePixelRatio);
  const size = { width: Math.round(density * width), height: Math.round(density * height) };
  Object.assign(canvas, size);
  canvas.getContext("2d")?.putImageData(new ImageData(paintMap(cells, codes, colors, size), size.width), 0, 0);
}
