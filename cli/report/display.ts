import { formatNumber } from "../../platform/base/format-number";

const wholeNumber = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** A number for people: four significant digits, digits before the decimal point kept; "–" when there is none. */
export function showNumber(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return "–";
  return Math.abs(value) < 999.95 || Math.abs(value) >= 1e12
    ? formatNumber(value)
    : wholeNumber.format(value);
}

/** A count, with every digit. */
export function showCount(value: number): string {
  return wholeNumber.format(value);
}

/** A number with its sign, for differences. */
export function showDifference(value: number): string {
  return value > 0 ? `+${showNumber(value)}` : showNumber(value);
}

/** A share (0..1) in percent; one that is not quite none or all is not rounded to it. */
export function showShare(share: number): string {
  if (!Number.isFinite(share)) return "–";
  if (share > 0 && share < 0.001) return "< 0.1 %";
  if (share < 1 && share > 0.999) return "> 99.9 %";
  return `${Number((share * 100).toFixed(1))} %`;
}

/** A probability of chance (0..1). */
export function showPValue(value: number): string {
  if (!Number.isFinite(value)) return "–";
  return value < 0.0001 ? "< 0.0001" : formatNumber(value, 2);
}

/** Milliseconds in the unit that suits them: "3.2 ms", "850 ms", "12.4 s", "3 min 5 s". */
export function showDuration(ms: number): string {
  if (!Number.isFinite(ms)) return "–";
  if (ms < 100) return `${Number(ms.toFixed(1))} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** An ISO 8601 time to the second, in UTC: "2026-11-21 00:21:07 UTC"; anything else as it is. */
export function showTime(time: string): string {
  const milliseconds = Date.parse(time);
  if (Number.isNaN(milliseconds)) return time;
  return `${new Date(milliseconds).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
