import { useLab } from "../../state/lab";
import { defaultTissue } from "../rail/tissue";

/** The slice that the page opens on: the file named on the command line, else a simulated cortex. */
export async function openFirstSlice(): Promise<void> {
  const served = await servedFile();
  const { openServed, openSimulated } = useLab.getState();
  await (served ? openServed(served.url, served.name) : openSimulated(defaultTissue));
}

async function servedFile(): Promise<{ name: string; url: string } | null> {
  try {
    const response = await fetch("./served.json");
    // hosts without the file may answer with their own page
    if (!response.ok || !response.headers.get("content-type")?.includes("json")) return null;
    const { name, url } = await response.json();
    return typeof name === "string" && typeof url === "string" ? { name, url } : null;
  } catch {
    return null;
  }
}
