/** What was predicted in one answer, as far as versions are compared by it: numbers, or classes as texts. */
export type SeenPredictions = readonly number[] | readonly string[];

/** Whether they are classes; nothing is neither. */
export function areClasses(predictions: SeenPredictions): predictions is readonly string[] {
  return typeof predictions[0] === "string";
}
