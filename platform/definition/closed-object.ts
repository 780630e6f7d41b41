import { closest, distance } from "fastest-levenshtein";
import { z } from "zod";

/** What a key was called until bounds became `min` and `max`, as it is called today. */
function renamed(key: string): string {
  return key.replace(/^(least(?=[A-Z])|atLeast$)/, "min").replace(/^(most(?=[A-Z])|atMost$)/, "max");
}

/** The name among `known` that was probably meant: with one slip per three letters at most. */
export function meantBy(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const nearest = closest(name, known);
  const slips = distance(name.toLowerCase(), nearest.toLowerCase());
  return slips <= Math.ceil(name.length / 3) ? nearest : undefined;
}

/** What is said of a key that is not among those known: the one that was meant, or which there are. */
export function describeUnknownKey(key: string, known: readonly string[]): string {
  const fault = `Unrecognized key: "${key}".`;
  const today = renamed(key);
  if (today !== key && known.includes(today)) return `${fault} It is now called "${today}"; rename it.`;
  const nearest = meantBy(key, known);
  return nearest !== undefined
    ? `${fault} Did you mean "${nearest}"?`
    : `${fault} Allowed are ${known.join(", ")}; rename or remove it.`;
}

/** An object with the keys of `shape` and no others; the message for another key names the one that was meant. */
export function closedObject<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => describeUnknownKey(key, Object.keys(shape))).join(" ")
        : undefined,
  });
}
