/** A number for people: four significant digits (whole numbers keep all of theirs), no trailing zeros, no "-0". */
export function formatNumber(value: number, digits = 4): string {
  const rounded = Math.abs(value) >= 10 ** digits ? Math.round(value) : Number(value.toPrecision(digits));
  return String(rounded + 0);
}
