import { escaped } from "./figures";

/** A page that stands alone, in the colours of the reader's theme. */
export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title>
<style>
:root { color-scheme: light dark; --ink: #1b1f24; --page: #fff; --line: #c9ced6; --tint: #eef3fa;
  --s0: #0072b2; --s1: #d55e00; --s2: #009e73; --s3: #cc79a7; --s4: #b88a00; --s5: #56b4e9; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --page: #14181e; --line: #3a414c; --tint: #1d2632;
  --s0: #56b4e9; --s1: #e69f00; --s2: #2bbf94; --s3: #e79cc4; --s4: #f0e442; --s5: #4a8fd6; } }
body { font: 14px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); max-width: 1200px; margin: 24px auto; padding: 0 20px; }
table { border-collapse: collapse; font-size: 12px; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
th, td { padding: 3px 8px; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; font-weight: normal; }
td b { font-weight: 700; }
thead th { font-weight: 600; } th[scope] { text-align: left; }
tr.baseline { background: var(--tint); }
figure { margin: 24px 0; } svg { width: 100%; max-width: 860px; font: 11px system-ui, sans-serif; } figcaption { font-size: 12px; }
svg text { fill: var(--ink); } .error, .axis { stroke: var(--ink); fill: none; } .goal { stroke: var(--ink); stroke-dasharray: 4 3; }
.matrix td { min-width: 30px; padding: 2px 4px; text-align: center; border: 0; }
.s0 { fill: var(--s0); } .s1 { fill: var(--s1); } .s2 { fill: var(--s2); } .s3 { fill: var(--s3); } .s4 { fill: var(--s4); } .s5 { fill: var(--s5); }
</style>
${body}
</html>
`;
}
