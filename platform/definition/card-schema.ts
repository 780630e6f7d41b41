import { z } from "zod";
import { closedObject } from "./closed-object";

const text = z.string().trim().min(1);

/**
 * What the model card says that nothing but its makers know. The parts are those of Mitchell et al., "Model Cards for Model Reporting" (2019),
 * and of Hugging Face's template; each that is left out is "not stated" there.
 */
export const cardSchema = closedObject({
  /** Who made it. */
  developers: text.optional(),
  /** Where questions go. */
  contact: text.optional(),
  /** Identifier of its licence, as Hugging Face and SPDX have it. */
  license: text.optional(),
  /** What it is for. */
  intendedUse: text.optional(),
  /** Who is to use it. */
  intendedUsers: text.optional(),
  /** What it must not be used for. */
  outOfScope: text.optional(),
  /** Groups, instruments and circumstances that its predictions may depend on. */
  factors: text.optional(),
  /** Where the data is from, and how it was gathered. */
  trainingData: text.optional(),
  /** Why the held-out rows stand for those that it will be asked. */
  evaluationData: text.optional(),
  ethicalConsiderations: text.optional(),
  /** What it cannot do, beside what is known of any model of its kind. */
  limitations: text.optional(),
  /** Groups of rows for which it is measured, beside those of the gate's slices. */
  slices: z
    .array(
      closedObject({
        column: z.string(),
        /** Rising cut points that make groups of a number column: [50] gives "<= 50" and "> 50". */
        at: z.array(z.number()).min(1).optional(),
      }),
    )
    .default([]),
  /** By which the energy of training is estimated. */
  power: closedObject({
    /** Of one busy processor core, with its share of the machine. */
    wattsPerCore: z.number().positive().max(1000),
    /** Where that figure is from. */
    source: text,
  }).optional(),
});
