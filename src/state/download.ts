/** Hands bytes to the person as a file of the browser's download folder. */
export function saveFile(name: string, bytes: Uint8Array<ArrayBuffer>, type: string): void {
  const url = URL.createObjectURL(new Blob([bytes], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // the download has its own reference once it began
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
