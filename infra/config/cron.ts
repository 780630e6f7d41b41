/**
 * Why a cron expression is not valid for an Azure Machine Learning schedule; undefined if it is. Azure accepts five fields
 * but ignores day of month and month, so an expression that sets one would run far more often than it says.
 */
export function cronFault(expression: string): string | undefined {
  const fields = expression.trim().split(/\s+/);
  if (fields.length !== 5) return "expected five fields: minute, hour, *, *, weekday";
  const [minute = "", hour = "", day, month, weekday = ""] = fields;
  if (day !== "*" || month !== "*")
    return "expected * for day of month and month: Azure Machine Learning ignores both";
  if (!isField(minute, 59)) return "expected minutes from 0 to 59";
  if (!isField(hour, 23)) return "expected hours from 0 to 23";
  if (!isField(weekday, 6)) return "expected weekdays from 0 (Sunday) to 6";
  return undefined;
}

/** The numbers from 0 to `max` that a valid field stands for. */
function numbersOf(field: string, max: number): number[] {
  const found = field.split(",").flatMap((part) => {
    const [range = "", step] = part.split("/");
    const [first = "", last] = range.split("-");
    const from = range === "*" ? 0 : Number(first);
    // A number with a step goes on to the end; one without is itself alone.
    const to = last ?? (range === "*" || step !== undefined ? max : from);
    const numbers = Array.from({ length: Number(to) - from + 1 }, (_, index) => from + index);
    return numbers.filter((number) => (number - from) % Number(step ?? 1) === 0);
  });
  return [...new Set(found)].sort((a, b) => a - b);
}

/** Longest time between two runs of a valid schedule, in whole hours, rounded up. */
export function longestGapHours(expression: string): number {
  const [minute = "", hour = "", , , weekday = ""] = expression.trim().split(/\s+/);
  const minutes = numbersOf(minute, 59);
  const hours = numbersOf(hour, 23);
  const starts = numbersOf(weekday, 6).flatMap((day) =>
    hours.flatMap((each) => minutes.map((at) => (day * 24 + each) * 60 + at)),
  );
  const [first = 0] = starts;
  const next = [...starts.slice(1), first + 7 * 24 * 60];
  return Math.ceil(Math.max(...starts.map((start, index) => (next[index] ?? 0) - start)) / 60);
}

/** Accepts `*`, numbers, ranges and lists of them, each with an optional step. */
function isField(field: string, max: number): boolean {
  return field.split(",").every((part) => {
    const match = /^(\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part);
    if (!match) return false;
    const [, , from, to, step] = match;
    if (step !== undefined && Number(step) < 1) return false;
    return Number(from ?? 0) <= Number(to ?? from ?? 0) && Number(to ?? from ?? 0) <= max;
  });
}
