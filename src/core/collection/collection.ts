import { LabError } from "../errors";
import { readArrow } from "../io/arrow-reader";
import { type TotalsTally, tallyTotals } from "../preprocess/statistics";
import type { CountState, Slice } from "../slice/slice";
import { quiet, type Task, throwIfCancelled } from "../task";
import { type Agreement, conformSection, type SharedLabel, sameNames } from "./conform";
import type { SectionStore } from "./section-store";

/** One section as a collection knows it without holding it. */
export interface SectionFacts {
  readonly name: string;
  readonly file: string;
  readonly nObs: number;
  /** Counts above zero, of the genes of the collection. */
  readonly nnz: number;
  /** Cells by their total over the genes of the collection: the median library size of any sections follows from these. */
  readonly totals: TotalsTally;
  /** Genes of this file that not all files have, and that are left out. */
  readonly lostGenes: readonly string[];
}

/** Cells by section and category, as figures and the choice of the held-out section need them. */
export interface LabelCounts extends SharedLabel {
  readonly counts: Uint32Array; // (nSections, categories), row-major
}

/** Sections that are trained on together, of which no more than one need be in memory. */
export interface Collection extends Agreement {
  readonly sections: readonly SectionFacts[];
  readonly nObs: number;
  readonly countState: CountState;
  readonly labels: readonly LabelCounts[];
  /** What was noticed, one sentence each: genes lost and from which file, labels that sections lack. */
  readonly notes: readonly string[];
}

/**
 * Reads every section of a store once, one after the other, and keeps what all agree on: the genes that all have, in the
 * order of the first, and the labels of all, their categories joined by name. A section that lost genes is read once more.
 *
 * @throws LabError("missing") without sections or a gene in common, LabError("range") if a file holds several sections, or
 *   counts in one and logarithms in another
 * Cost: time of reading; memory of the largest section.
 */
export async function surveySections(store: SectionStore, task: Task = quiet): Promise<Collection> {
  const { files } = store;
  if (files.length === 0) throw new LabError("missing", "There are no sections.", "Give at least one file.");
  const seen: Seen[] = [];
  for (const [at, file] of files.entries()) {
    throwIfCancelled(task, "Looking at the sections");
    task.progress(at, files.length, `looking at ${file}`);
    seen.push(look(await readFile(store, file), file, seen));
  }
  const varNames = commonGenes(seen);
  const common = new Set(varNames);
  const labels = sharedLabels(seen);
  const names = sectionNames(seen);
  const sections: SectionFacts[] = [];
  for (const [at, { file, nObs, nnz, totals, varNames: own }] of seen.entries()) {
    const lostGenes = own.filter((gene) => !common.has(gene));
    const facts = { name: names[at], file, nObs, lostGenes };
    if (lostGenes.length === 0) {
      sections.push({ ...facts, nnz, totals });
      continue;
    }
    const slice = conformSection(await readFile(store, file), { varNames, labels: [] });
    sections.push({ ...facts, nnz: slice.X.data.length, totals: totalsOf(slice) });
  }
  task.progress(files.length, files.length, "looking at the sections");
  return {
    varNames,
    sections,
    nObs: sections.reduce((n, { nObs }) => n + nObs, 0),
    countState: commonState(seen),
    labels,
    notes: [...geneNotes(sections, varNames.length), ...labelNotes(seen, labels)],
  };
}

/** One section, with the genes, labels and codes of its collection. */
export async function readSection(
  store: SectionStore,
  { sections, ...agreement }: Agreement & { readonly sections: readonly Pick<SectionFacts, "file" | "name">[] },
  at: number,
  task: Task = quiet,
): Promise<Slice> {
  const { file, name } = sections[at];
  const slice = await readFile(store, file, task);
  return { ...conformSection(slice, agreement), name, section: { ...slice.section, names: [name] } };
}

/** What one look at a section leaves. */
interface Seen {
  readonly file: string;
  readonly name: string;
  readonly nObs: number;
  readonly nnz: number;
  readonly countState: CountState;
  readonly totals: TotalsTally;
  readonly varNames: readonly string[];
  readonly labels: readonly (SharedLabel & { readonly cells: Uint32Array })[];
}

function look(slice: Slice, file: string, before: readonly Seen[]): Seen {
  const { section, nObs, X, countState, obs } = slice;
  if (section.names.length !== 1)
    throw new LabError(
      "range",
      `${file} holds ${section.names.length} sections; in a collection every file is one.`,
      "Divide it first: the command `collect` writes each section into a file of its own.",
    );
  const labels = obs.flatMap((column) => {
    if (column.kind !== "categorical") return [];
    const { name, categories, colors, codes } = column;
    const cells = new Uint32Array(categories.length);
    for (let i = 0; i < nObs; i++) if (codes[i] >= 0) cells[codes[i]]++;
    return { name, categories, cells, ...(colors && { colors }) };
  });
  // sections mostly have the same genes: one list of names serves all
  const varNames = before.find((other) => sameNames(other.varNames, slice.varNames))?.varNames ?? slice.varNames;
  return {
    file,
    name: section.names[0],
    nObs,
    nnz: X.data.length,
    countState,
    totals: totalsOf(slice),
    varNames,
    labels,
  };
}

function totalsOf(slice: Slice): TotalsTally {
  const totals: TotalsTally = new Map();
  tallyTotals(slice, totals);
  return totals;
}

async function readFile(store: SectionStore, file: string, task: Task = quiet): Promise<Slice> {
  const source = await store.open(file);
  try {
    return await readArrow(source, {}, task);
  } finally {
    source.close();
  }
}

function commonGenes(seen: readonly Seen[]): readonly string[] {
  const lists = [...new Set(seen.map(({ varNames }) => varNames))];
  if (lists.length === 1) return lists[0];
  const sets = lists.slice(1).map((list) => new Set(list));
  const common = lists[0].filter((gene) => sets.every((set) => set.has(gene)));
  if (common.length > 0) return common;
  const examples = seen
    .slice(0, 3)
    .map(({ file, varNames }) => `${file}: ${varNames.slice(0, 3).join(", ")}`)
    .join("; ");
  throw new LabError(
    "missing",
    `No gene is common to all ${seen.length} sections.`,
    `Genes must bear the same names (symbols or identifiers, the same case): ${examples}.`,
  );
}

function commonState(seen: readonly Seen[]): CountState {
  const [first] = seen;
  const other = seen.find(({ countState }) => countState !== first.countState);
  if (!other) return first.countState;
  throw new LabError(
    "range",
    `${first.file} holds ${words[first.countState]}, ${other.file} ${words[other.countState]}.`,
    "Sections that are trained on together must hold the same kind of values; give raw counts of all.",
  );
}

const words: Record<CountState, string> = {
  counts: "counts",
  log1p: "logarithms of counts",
  unknown: "values that are neither counts nor their logarithms",
};

/** Names of the sections, told apart by their files where several bear the same. */
function sectionNames(seen: readonly Seen[]): string[] {
  const bearers = new Map<string, number>();
  for (const { name } of seen) bearers.set(name, (bearers.get(name) ?? 0) + 1);
  return seen.map(({ name, file }) => (bearers.get(name) === 1 ? name : `${name} (${file})`));
}

function sharedLabels(seen: readonly Seen[]): LabelCounts[] {
  const all = new Map<string, { places: Map<string, number>; colors: (string | undefined)[] }>();
  for (const { labels } of seen)
    for (const { name, categories, colors } of labels) {
      const label = all.get(name) ?? { places: new Map(), colors: [] };
      all.set(name, label);
      categories.forEach((category, code) => {
        const place = label.places.get(category) ?? label.places.size;
        label.places.set(category, place);
        label.colors[place] ??= colors?.[code];
      });
    }
  return Array.from(all, ([name, { places, colors }]) => {
    const categories = [...places.keys()];
    const counts = new Uint32Array(seen.length * categories.length);
    for (const [s, { labels }] of seen.entries()) {
      const own = labels.find((label) => label.name === name);
      own?.categories.forEach((category, code) => {
        counts[s * categories.length + (places.get(category) as number)] += own.cells[code];
      });
    }
    const palette = colors.every((color) => color !== undefined) && colors.length > 0 ? (colors as string[]) : null;
    return { name, categories, counts, ...(palette && { colors: palette }) };
  });
}

const MOST_NAMED = 10;

function geneNotes(sections: readonly SectionFacts[], kept: number): string[] {
  return sections
    .filter(({ lostGenes }) => lostGenes.length > 0)
    .map(({ file, lostGenes: lost }) => {
      const named = lost.slice(0, MOST_NAMED).join(", ") + (lost.length > MOST_NAMED ? " …" : "");
      return `${file}: ${lost.length} of ${kept + lost.length} genes are left out, because not all files have them: ${named}.`;
    });
}

function labelNotes(seen: readonly Seen[], labels: readonly SharedLabel[]): string[] {
  return labels.flatMap(({ name }) => {
    const without = seen.filter(({ labels: own }) => !own.some((label) => label.name === name));
    if (without.length === 0) return [];
    const named = without.slice(0, MOST_NAMED).map(({ file }) => file);
    return `The label ${name} is missing in ${without.length} of ${seen.length} sections: ${named.join(", ")}${without.length > MOST_NAMED ? " …" : ""}.`;
  });
}
