import { z } from "zod";
import { closedObject } from "./closed-object";

/** How values are written in the data, where that is not the usual way. Delimiters are found by reading. */
export const formatSchema = closedObject({
  /** Between the whole part and the fraction of a number in a CSV file. */
  decimal: z.enum([".", ","]).default("."),
  /** Between groups of three digits of a number in a CSV file; a space may also be a no-break one. */
  thousands: z.enum([",", ".", " ", "'"]).optional(),
  /** Texts that mean that a value is missing, besides an empty field; one that is among a category's values is a value. */
  missing: z.array(z.string().min(1)).default([]),
}).superRefine(({ decimal, thousands }, context) => {
  if (decimal !== thousands) return;
  const message = `"${decimal}" cannot be both the decimal and the thousands separator`;
  context.addIssue({ code: "custom", message });
});
