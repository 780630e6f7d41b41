import { z } from "zod";

const allowed = "1 to 20 lower-case letters, digits and dashes, a letter first and no dash last";

/** What an environment may be called: its name goes into names of stacks, identities and agents, and into settings. */
export const environmentName = {
  pattern: /^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$/,
  allowed,
  expected: `the environment's name, for example qa or prod: ${allowed}`,
} as const;

export const environmentText = z.string().regex(environmentName.pattern);
