/** One SVG element. Attributes are named as React names them; `children` are elements, or the text inside. */
export interface Mark {
  readonly tag: "g" | "line" | "rect" | "circle" | "path" | "text" | "image" | "title";
  readonly attrs: Readonly<Record<string, string | number>>;
  readonly children?: string | readonly Mark[];
}

/** A drawing with its colours in it, so that what is seen is what is saved. */
export interface Figure {
  readonly width: number;
  readonly height: number;
  /** What it shows, for who cannot see it. */
  readonly label: string;
  readonly marks: readonly Mark[];
}

/** Colours of a figure; text on `ground` meets WCAG AA. */
export interface Ink {
  readonly ground: string;
  readonly text: string;
  readonly dim: string;
  readonly line: string;
  readonly accent: string;
  readonly baseline: string;
}

/** The page's own colours (app.css). */
export const inks: Readonly<Record<"dark" | "light", Ink>> = {
  dark: {
    ...{ ground: "#14181f", text: "#e3e7ec", dim: "#9aa5b3", line: "#262d37" },
    ...{ accent: "#5a8df2", baseline: "#f0b45c" },
  },
  light: {
    ...{ ground: "#ffffff", text: "#16191e", dim: "#59626e", line: "#dce0e5" },
    ...{ accent: "#225bc9", baseline: "#8a4b00" },
  },
};

export function text(
  x: number,
  y: number,
  words: string,
  { fill, anchor = "start", size = 11, weight = 400 }: TextLook,
): Mark {
  return {
    tag: "text",
    attrs: { x, y, fill, textAnchor: anchor, fontSize: size, fontWeight: weight },
    children: words,
  };
}

interface TextLook {
  readonly fill: string;
  readonly anchor?: "start" | "middle" | "end";
  readonly size?: number;
  readonly weight?: number;
}

export function line(from: readonly [number, number], to: readonly [number, number], stroke: string, width = 1): Mark {
  return { tag: "line", attrs: { x1: from[0], y1: from[1], x2: to[0], y2: to[1], stroke, strokeWidth: width } };
}

/** Words that come up where the pointer rests. */
export function tip(words: string): Mark {
  return { tag: "title", attrs: {}, children: words };
}

export const figureFont = 'system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif';

/** The figure as an SVG file. */
export function svgText({ width, height, label, marks }: Figure, ground: string): string {
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="${escaped(figureFont)}" role="img">`,
    `<title>${escaped(label)}</title>`,
    `<rect width="${width}" height="${height}" fill="${ground}"/>`,
    ...marks.map(markText),
    "</svg>\n",
  ].join("\n");
}

function markText({ tag, attrs, children }: Mark): string {
  const written = Object.entries(attrs).map(([name, value]) => ` ${hyphened(name)}="${escaped(String(value))}"`);
  const inside = typeof children === "string" ? escaped(children) : (children ?? []).map(markText).join("");
  return inside ? `<${tag}${written.join("")}>${inside}</${tag}>` : `<${tag}${written.join("")}/>`;
}

function hyphened(name: string): string {
  return name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);
}

function escaped(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
