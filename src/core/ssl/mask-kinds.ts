export const maskKinds = ["cells", "types", "niches", "none"] as const;

/** Which cells are hidden whole. */
export type MaskKind = (typeof maskKinds)[number];
