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
