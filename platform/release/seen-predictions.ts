/** What was predicted in one answer, as far as versions are compared by it: numbers, or classes as texts. */
export type SeenPredictions = readonly number[] | readonly string[];
