/** The JSON value of an answer's body; undefined when it is not JSON. */
export function jsonIn(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString()) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Classes as texts. */
export function classesIn(values: readonly unknown[]): string[] {
  return values.filter((value) => typeof value === "number" || typeof value === "string").map(String);
}

/** The numbers among some values. */
export function numbersIn(values: readonly unknown[]): number[] {
  return values.filter((value) => typeof value === "number");
}
