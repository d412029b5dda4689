/** What a cell is there for in a run. Whatever its role, a cell takes part as its neighbours' neighbour. */
export const ROLE = { train: 0, validation: 1, test: 2 } as const;
