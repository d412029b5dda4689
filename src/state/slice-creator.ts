import type { StateCreator } from "zustand";
import type { LabState } from "./lab-state";

/** One part of the store: it owns the fields of `Part` and may read and set all others. */
export type SliceCreator<Part> = StateCreator<LabState, [], [], Part>;
