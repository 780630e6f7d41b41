/** The JSON value of an answer's body; undefined when it is not JSON. */
export function jsonIn(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString()) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The numbers among some values: labels that are text are not compared. */
export function numbersIn(values: readonly unknown[]): number[] {
  return values.filter((value) => typeof value === "number");
}
