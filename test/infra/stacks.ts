import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";

const root = path.join(__dirname, "..", "..");

/** What an operator sets before the first update; the model is the sample, whatever this clone's stacks train. */
const own = {
  "mlops:owner": "team-risk",
  "mlops:costCentre": "4711",
  "mlops:alertEmail": "ops@example.com",
  "mlops:model": "diabetes",
};

export function committed(stack: string): Record<string, string> {
  const file = parse(readFileSync(path.join(root, `Pulumi.${stack}.yaml`), "utf8")) as {
    config: Record<string, unknown>;
  };
  return {
    ...Object.fromEntries(Object.entries(file.config).map(([key, value]) => [key, String(value)])),
    ...own,
  };
}

/** The committed stacks, with what an operator sets. */
export const qa = committed("qa");
export const prod = committed("prod");
