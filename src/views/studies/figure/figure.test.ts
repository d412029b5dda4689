import { describe, expect, test } from "vitest";
import { contrast, parseHex } from "../../color/rgb";
import { axisOver } from "./axis";
import { barChart } from "./bar-chart";
import { inks, type Mark, svgText } from "./figure";
import { scatterChart } from "./scatter-chart";

const ink = inks.light;
const all = (marks: readonly Mark[]): Mark[] =>
  marks.flatMap((m) => [m, ...(typeof m.children === "object" ? all(m.children) : [])]);

describe("an axis", () => {
  test("has round ends that hold every value, whatever the range", () => {
    for (const values of [[0.12, 0.57], [-0.3, 0.02], [3, 3], [1e-5, 4e-5], [12, 9500], []]) {
      const { from, to, ticks, at } = axisOver(values, [100, 0]);
      for (const v of values) expect(v >= from - 1e-12 && v <= to + 1e-12, `${v} in ${from}..${to}`).toBe(true);
      expect(ticks.length).toBeGreaterThan(1);
      expect(ticks.length).toBeLessThan(9);
      expect([at(from), at(to)]).toEqual([100, expect.closeTo(0, 9)]);
    }
  });
  test("passes over what is no number and goes through what it is told to", () => {
    const axis = axisOver([Number.NaN, 0.41, 0.44], [0, 10], { through: 0 });
    expect([axis.from, axis.to]).toEqual([0, 0.5]);
  });
});

describe("a bar chart", () => {
  const bars = [
    { name: "SimCLR", mean: 0.4, sd: 0.1, n: 3, values: [0.3, 0.4, 0.5] },
    { name: "Barlow Twins", mean: -0.1, sd: null, n: 1, values: [-0.1] },
    { name: "none", mean: Number.NaN, sd: null, n: 0, values: [] },
  ];
  const options = { title: "ARI", width: 400, height: 200, ink, mark: { name: "PCA", value: 0.6 } };
  const { marks, label } = barChart(bars, options);
  const rects = all(marks).filter((m) => m.tag === "rect");

  test("stands on zero, upwards and downwards, and its heights are in proportion", () => {
    const [up, down] = rects.map((m) => m.attrs as Record<string, number>);
    expect(up.y + up.height).toBeCloseTo(down.y, 6);
    expect(up.height / down.height).toBeCloseTo(4, 6);
    expect(rects).toHaveLength(2);
  });
  test("keeps every mark inside, and says its numbers in words", () => {
    for (const { attrs } of all(marks)) {
      for (const [name, v] of Object.entries(attrs)) {
        if (!/^(x|y|cx|cy|x1|x2|y1|y2)$/.test(name)) continue;
        expect(v as number).toBeGreaterThanOrEqual(0);
        expect(v as number).toBeLessThanOrEqual(400);
      }
    }
    expect(label).toContain("SimCLR 0.400 ± 0.100");
    expect(label).toContain("PCA 0.600");
  });
});

test("names that do not fit beside each other are slanted, whole, and stay inside", () => {
  const many = ["SimCLR", "MoCo", "BYOL", "SimSiam", "SwAV", "MAE", "Barlow Twins", "VICReg"];
  const eight = many.map((name) => ({ name, mean: 0.4, sd: null, n: 1, values: [0.4] }));
  const { marks } = barChart(eight, { title: "ARI", width: 300, height: 260, ink, mark: null });
  const slanted = marks.filter(({ attrs }) => "transform" in attrs);
  expect(slanted.map(({ children }) => children)).toEqual(many);
  // the longest name at 38 degrees, 6 pixels a letter
  const lowest = Math.max(...slanted.map(({ attrs }) => Number(attrs.y)));
  expect(lowest + 12 * 6 * Math.sin((38 * Math.PI) / 180)).toBeLessThan(260);
});

test("a scatter chart draws a dot for each run that has both values", () => {
  const dots = [
    { name: "a", x: 0.1, y: 0.2, kind: 0 },
    { name: "b", x: 0.3, y: Number.NaN, kind: 1 },
    { name: "c", x: 0.5, y: 0.4, kind: 1 },
  ];
  const options = { x: "ARI", y: "PAS", kinds: ["GCN", "GAT"], colors: ["#111111", "#222222"] };
  const { marks, label } = scatterChart(dots, { ...options, finding: "r 1.00", width: 300, height: 200, ink });
  const tips = all(marks).filter((m) => m.tag === "title");
  expect(tips.map((m) => m.children)).toEqual([expect.stringMatching(/^a:/), expect.stringMatching(/^c:/)]);
  expect(label).toBe("PAS against ARI of 2 runs: r 1.00");
});

test("a saved figure has its names escaped and its attributes as SVG spells them", () => {
  const figure = barChart([{ name: 'a<b & "c"', mean: 1, sd: null, n: 1, values: [] }], {
    ...{ title: "x", width: 300, height: 200, ink, mark: null },
  });
  const svg = svgText(figure, ink.ground);
  expect(svg).toContain("a&lt;b &amp; &quot;c&quot;");
  expect(svg).toContain('text-anchor="middle"');
  expect(svg).toContain('viewBox="0 0 300 200"');
  expect(svg).not.toMatch(/textAnchor|fillOpacity/);
});

test("words in a figure meet WCAG AA in both themes", () => {
  for (const { ground, text, dim, baseline } of Object.values(inks)) {
    for (const color of [text, dim, baseline]) {
      expect(contrast(parseHex(color)!, parseHex(ground)!)).toBeGreaterThanOrEqual(4.5);
    }
  }
});
