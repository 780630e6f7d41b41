import { writeJson } from "../../platform/base/files";
import { splitData } from "../../platform/data/split/split";
import { crossValidate, withSettings } from "../../training/tuning/cross-validate";
import type { TriedSettings } from "../../training/tuning/search-space";
import type { Tuning } from "../../training/tuning/tuning";
import { describeSettings } from "../terminal/describe-tuning";
import { splitOf } from "./training-steps";
import type { RunContext, Step } from "./step";

/** How settings are searched. */
export interface Search {
  readonly candidates: readonly TriedSettings[];
  readonly folds: number;
  readonly seed: number;
}

/** The step that finds settings on folds of the training rows, and leaves `tuning.json`; `found` gets them. */
export function tuneStep(search: Search, found: (tuning: Tuning) => void): Step {
  return {
    name: "tune",
    async run(context) {
      const { session, run } = context;
      const workbench = await context.workbench();
      const rule = await splitOf(context);
      await splitData(workbench, rule);
      const tuning = await crossValidate(workbench, {
        ...search,
        rule,
        signal: session.signal,
        onProgress: (message) => session.output.update(`tune: ${message}`),
        program: {
          environments: session.workspace.python,
          programLog: session.runs.path(run.id, "trainer.log"),
          onOutput: (line) => session.output.update(`tune: ${line}`),
        },
      });
      await writeJson(session.runs.path(run.id, "tuning.json"), tuning);
      found(tuning);
      const best = tuning.candidates[tuning.best];
      return {
        message: `${describeSettings(best?.settings ?? {})} is the best of ${tuning.candidates.length} by ${tuning.metric} on ${tuning.folds} folds of the training rows`,
      };
    },
  };
}

/** The context of a run whose trainer has the settings that were found. */
export function withTuned(context: RunContext, { candidates, best }: Tuning): RunContext {
  const settings = candidates[best]?.settings ?? {};
  const definition = withSettings(context.definition, settings);
  return {
    ...context,
    definition,
    workbench: async () => ({ ...(await context.workbench()), definition }),
  };
}
