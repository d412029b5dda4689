import "@mantine/core/styles.css";
import "uplot/dist/uPlot.min.css";
import "./views/app.css";
import { createRoot } from "react-dom/client";
import { useLab } from "./state/lab";
import { App } from "./views/App";
import { readFlags } from "./views/flags";
import { openFirstSlice } from "./views/open/first-slice";
import { screenOf } from "./views/use-address";

const flags = readFlags(location.search);
useLab.getState().setTheme(flags.theme);
useLab.setState({ backendChoice: flags.backend, allowSoftware: flags.software, screen: screenOf(location.hash) });

// The state by name, for scripts on the console and for the end-to-end tests: `lab.getState().losses`.
Object.assign(window, { lab: useLab });

createRoot(document.getElementById("root")!).render(<App />);
void openFirstSlice();
