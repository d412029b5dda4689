const thousands = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** Whole number with thousands separated: 38912 is "38,912". */
export function formatCount(value: number): string {
  return Number.isFinite(value) ? thousands.format(value) : "–";
}

/** Three significant digits, thousands separated, no exponent between 0.001 and a billion; "–" for no number. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e9)) return value.toExponential(2).replace("e+", "e");
  if (size >= 1000) return thousands.format(value);
  return String(Number(value.toPrecision(3)));
}

/** A share in percent: 0.3821 is "38 %". Below ten per cent with one decimal. */
export function formatShare(share: number): string {
  if (!Number.isFinite(share)) return "–";
  const percent = share * 100;
  return `${percent !== 0 && percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`;
}

/** Score with three decimals, so that columns line up. */
export function formatScore(value: number): string {
  return Number.isFinite(value) ? value.toFixed(3) : "–";
}

/** A time as "0.21 s", "14 s", "3 min", "2 h 5 min". */
export function formatDuration(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return "–";
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${Number(seconds.toPrecision(2))} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Memory as "1.4 GiB", "312 MiB", "5.2 KiB". */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return "–";
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${Number(value.toPrecision(3))} ${units[unit]}`;
}

/** Length: µm below a millimetre, mm above. */
export function formatMicrons(microns: number): string {
  return Math.abs(microns) >= 1000 ? `${formatNumber(microns / 1000)} mm` : `${formatNumber(microns)} µm`;
}
