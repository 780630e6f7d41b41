import { z } from "zod";
import { predictionShiftSchema, type PredictionShift } from "../metrics/prediction-shift";
import { readJsonTag, shortFigure } from "./json-tag";

/** Tag of a version that has it: where it is released, on whatever machine, its canary is judged by it. */
export const shiftTag = "shift";

const schema = predictionShiftSchema.extend({
  /** The version that the gate compared with, `name:version`. */
  champion: z.string(),
});

/** How a version's predictions lay to the champion's on the rows by which the gate found it better. */
export type ExpectedShift = Readonly<z.output<typeof schema>>;

export function formatShift(
  champion: string,
  { mean, spread, distance, disagreement }: PredictionShift,
): string {
  return JSON.stringify({
    champion,
    mean: shortFigure(mean),
    spread: shortFigure(spread),
    distance: shortFigure(distance),
    disagreement: shortFigure(disagreement),
  });
}

/** What a version's tags say of it; nothing where it was registered for another reason, or they cannot be read. */
export function expectedShift(tags: Readonly<Record<string, string>>): ExpectedShift | undefined {
  return readJsonTag(tags, shiftTag, schema);
}
