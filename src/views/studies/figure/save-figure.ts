import { saveFile } from "../../../state/download";
import { type Figure, svgText } from "./figure";

export function saveSvg(name: string, figure: Figure, ground: string): void {
  saveFile(`${name}.svg`, new TextEncoder().encode(svgText(figure, ground)), "image/svg+xml");
}

/** Twice the size on the screen, for print. */
export async function savePng(name: string, figure: Figure, ground: string): Promise<void> {
  const url = URL.createObjectURL(new Blob([svgText(figure, ground)], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: 2 * figure.width, height: 2 * figure.height });
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
    if (blob) saveFile(`${name}.png`, new Uint8Array(await blob.arrayBuffer()), "image/png");
  } finally {
    URL.revokeObjectURL(url);
  }
}
