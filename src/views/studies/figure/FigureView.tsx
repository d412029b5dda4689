import { createElement, type ReactNode } from "react";
import { type Figure, figureFont, type Mark } from "./figure";

/** A figure on the page. */
export function FigureView({ figure }: { figure: Figure }) {
  const { width, height, label, marks } = figure;
  return (
    <svg
      role="img"
      aria-label={label}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      fontFamily={figureFont}
      style={{ display: "block", maxWidth: "100%" }}
    >
      {marks.map(draw)}
    </svg>
  );
}

function draw({ tag, attrs, children }: Mark, key: number): ReactNode {
  return createElement(tag, { key, ...attrs }, typeof children === "string" ? children : children?.map(draw));
}
