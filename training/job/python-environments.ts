import path from "node:path";
import { listDefinitions, loadDefinition } from "../../platform/definition/definitions";
import type { Settings } from "../../platform/settings/settings";
import { openEnvironment } from "../program/python/environment";
import { ofProgram } from "./program";

/** What was made for a model. */
export interface ModelEnvironment {
  readonly model: string;
  /** As "3.11.2". */
  readonly python: string;
  /** As "lightgbm==4.6.0". */
  readonly packages: readonly string[];
}

/**
 * Makes the environment of each model that a Python program fits, for an image where nothing can be written later; models that ask for the
 * same share one. Throws TRAINING_FAILED when there is no fitting Python or a package cannot be installed.
 */
export async function makePythonEnvironments(
  settings: Settings<"training">,
  signal: AbortSignal,
): Promise<ModelEnvironment[]> {
  const { environments, onOutput } = ofProgram(settings);
  const made: ModelEnvironment[] = [];
  for (const model of await listDefinitions(settings.models)) {
    const { definition, definitionFile } = await loadDefinition(model, undefined, settings.models);
    const { trainer } = definition;
    if (trainer.kind !== "python" || environments === undefined) continue;
    const { requirements, pythonVersion } = trainer;
    const directory = path.dirname(definitionFile);
    const { python, packages } = await openEnvironment({
      ...{ directory, requirements, pythonVersion, environments, onOutput, signal },
    });
    made.push({ model, python, packages });
  }
  return made;
}
