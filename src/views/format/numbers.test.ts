import { expect, test } from "vitest";
import { formatBytes, formatCount, formatDuration, formatMicrons, formatNumber, formatShare } from "./numbers";

test("counts separate thousands, and no number is a dash", () => {
  expect(formatCount(38912)).toBe("38,912");
  expect(formatCount(Number.NaN)).toBe("–");
});

test("numbers keep three significant digits and never show an exponent in the usual range", () => {
  expect(formatNumber(0.123456)).toBe("0.123");
  expect(formatNumber(12.4)).toBe("12.4");
  expect(formatNumber(0)).toBe("0");
  expect(formatNumber(123456)).toBe("123,456");
  expect(formatNumber(-0.00001234)).toBe("-1.23e-5");
});

test("times read as a person says them", () => {
  expect(formatDuration(213)).toBe("0.21 s");
  expect(formatDuration(14_200)).toBe("14 s");
  expect(formatDuration(185_000)).toBe("3 min");
  expect(formatDuration(7_500_000)).toBe("2 h 5 min");
  expect(formatDuration(Number.POSITIVE_INFINITY)).toBe("–");
});

test("shares, bytes and lengths carry their unit", () => {
  expect(formatShare(0.3821)).toBe("38 %");
  expect(formatShare(0.0314)).toBe("3.1 %");
  expect(formatShare(0)).toBe("0 %");
  expect(formatBytes(312 * 1024 * 1024)).toBe("312 MiB");
  expect(formatBytes(500)).toBe("500 B");
  expect(formatMicrons(12.41)).toBe("12.4 µm");
  expect(formatMicrons(2500)).toBe("2.5 mm");
});
