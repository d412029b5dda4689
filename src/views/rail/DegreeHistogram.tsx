import { formatCount } from "../format/numbers";

const height = 36;

/** Cells by number of neighbours, as small bars. */
export function DegreeHistogram({ counts }: { counts: Uint32Array }) {
  const last = counts.length - 1;
  const most = Math.max(1, ...counts);
  const width = Math.max(3, Math.min(16, Math.floor(250 / counts.length)));
  const mode = counts.indexOf(Math.max(...counts));
  return (
    <figure style={{ margin: "8px 0" }}>
      <figcaption className="label">Cells by degree</figcaption>
      <svg
        width="100%"
        height={height + 14}
        role="img"
        aria-label={`Degree histogram: 0 to ${last} neighbours, most cells have ${mode}`}
      >
        {Array.from(counts, (n, degree) => {
          const bar = n === 0 ? 0 : Math.max(1, (n / most) * height);
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: the degree is the bar's identity
            <rect key={degree} x={degree * width} y={height - bar} width={width - 1} height={bar} fill="var(--lab-dim)">
              <title>{`${degree}${degree === last ? " or more" : ""} neighbours: ${formatCount(n)} cells`}</title>
            </rect>
          );
        })}
        <text x={0} y={height + 11} fontSize="10" fill="var(--lab-dim)">
          0
        </text>
        <text x={mode * width} y={height + 11} fontSize="10" fill="var(--lab-dim)">
          {mode === 0 ? "" : mode}
        </text>
        {last - mode > 1 && (
          <text x={last * width} y={height + 11} fontSize="10" fill="var(--lab-dim)">
            {last}
          </text>
        )}
      </svg>
    </figure>
  );
}
