import path from "node:path";
import type { ModelDefinition } from "./definition";
import { parseModelDefinition } from "./definition";
import { PlatformError, reasonOf } from "../base/errors";

/** Loads the definition in `file`, which lies in a folder of the model's name; `shown` is what messages call the file. */
export function readDefinitionFile(file: string, shown = file): ModelDefinition {
  const definition = parseModelDefinition(importDefinition(file), shown);
  const name = path.basename(path.dirname(file));
  if (definition.name === name) return definition;
  throw new PlatformError(
    "DEFINITION_INVALID",
    `${file} defines the model "${definition.name}", but its folder is "${name}". Give both the same name.`,
  );
}

function importDefinition(file: string): unknown {
  try {
    // A definition is a module of the user's, known only by its path.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    return (require(file) as { default?: unknown }).default;
  } catch (cause) {
    const reason = reasonOf(cause);
    throw new PlatformError("DEFINITION_INVALID", `${file} cannot be loaded: ${reason}. Correct the file.`, {
      cause,
    });
  }
}
