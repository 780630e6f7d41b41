/**
 * Dates and times as ISO 8601 writes them, to the minute or finer, in UTC or with an offset. Each digit has one place in the pattern,
 * which engines of SQL know, too.
 */
export const isoTimePattern =
  "[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?(Z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)?)?";

const isoTime = new RegExp(`^${isoTimePattern}$`);
/** For messages. */
export const isoTimeExamples = "2026-01-31, 2026-01-31T13:45:00Z or 2026-01-31T13:45:00+02:00";

const microseconds = 1_000_000;

/** The same in parts: year, month, day, hour, minute, second, its fraction, offset. */
const isoTimeFields =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.](\d+))?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/;

function offsetSeconds(text: string): number {
  const [, sign, hours, minutes = "0"] = /^([+-])(\d\d):?(\d\d)?$/.exec(text) ?? ["", "+", "0"];
  const size = Number(hours) * 3600 + Number(minutes) * 60;
  return sign === "-" ? -size : size;
}

/**
 * Seconds since 1970 (UTC) of a date or time; what has no offset is in UTC. To the microsecond, as engines of SQL read it. Undefined of
 * another text, and of a day that no calendar has.
 */
export function parseTime(text: string): number | undefined {
  const fields = isoTime.test(text) ? isoTimeFields.exec(text) : null;
  if (!fields) return undefined;
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "", offset = "Z"] = fields;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  // Days beyond the end of a month would become those of the next.
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return undefined;
  const clock = (Number(hour) * 60 + Number(minute)) * 60 + Number(second) - offsetSeconds(offset);
  const whole = date.getTime() / 1000 + clock;
  return (whole * microseconds + Number(fraction.slice(0, 6).padEnd(6, "0"))) / microseconds;
}

/** The text of seconds since 1970, in UTC: a date where it is midnight, otherwise to the second or, where there is more, the microsecond. */
export function formatTime(seconds: number): string {
  let whole = Math.floor(seconds);
  let fraction = Math.round((seconds - whole) * microseconds);
  if (fraction === microseconds) [whole, fraction] = [whole + 1, 0];
  const text = new Date(whole * 1000).toISOString();
  if (fraction > 0) return `${text.slice(0, 19)}.${String(fraction).padStart(6, "0")}Z`;
  return text.endsWith("T00:00:00.000Z") ? text.slice(0, 10) : `${text.slice(0, 19)}Z`;
}
