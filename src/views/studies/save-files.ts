import { strToU8, zipSync } from "fflate";
import { saveFile } from "../../state/download";

/** A folder of files as one zip, by path. */
export function saveZip(files: Readonly<Record<string, string | Uint8Array>>, name: string): void {
  const entries = Object.entries(files).map(([path, content]) => {
    return [path, typeof content === "string" ? strToU8(content) : content] as const;
  });
  saveFile(`${name}.zip`, zipSync(Object.fromEntries(entries)), "application/zip");
}

export function saveText(name: string, text: string, type: string): void {
  saveFile(name, strToU8(text) as Uint8Array<ArrayBuffer>, type);
}

export function csvText(rows: readonly (readonly (string | number)[])[]): string {
  return rows.map((row) => `${row.map(field).join(",")}\n`).join("");
}

/** Quoted where a comma, a quote or a line break would be read as more than that (RFC 4180). */
function field(value: string | number): string {
  const words = String(value);
  return /[",\n\r]/.test(words) ? `"${words.replaceAll('"', '""')}"` : words;
}
