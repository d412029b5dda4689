import type { NetworkState } from "./network-state";
import type { SliceCreator } from "./slice-creator";

/** A network that came from elsewhere than step 4's own run, and what it says of the cells. */
export const createNetworkSlice: SliceCreator<NetworkState> = (set, get) => ({
  network: null,
  showNetworkPrediction() {
    const { network } = get();
    if (!network?.prediction) return;
    set({ prediction: network.prediction, label: network.prediction.label });
    get().setColorBy({ kind: "prediction" });
  },
});
