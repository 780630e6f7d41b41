import { z } from "zod";
import { variable } from "./variable";

/** In the link of a model's page, which lasts by it; each start has another one without. */
export const pageKey = {
  ...variable(
    "MLOPS_PAGE_KEY",
    z
      .string()
      .regex(/^[\w-]{32,256}$/)
      .optional(),
    "32 to 256 letters, digits, dashes and underscores",
  ),
  secret: true,
};
