import type { DataReport } from "../../platform/data/findings";
import { sqlPlaceOf } from "../../platform/data/sql-place";
import type { Workbench } from "../../training/inputs/workbench";
import type { LoadedDefinition } from "../../platform/definition/definitions";
import type { Session } from "../session/session";

// Loaded where a verb runs: help and usage errors come without them.
const trainingSteps = () => require("./training-steps") as typeof import("./training-steps");
const workbenches = () =>
  require("../../training/inputs/workbench") as typeof import("../../training/inputs/workbench");

/** Opens the data of a model, checks it, and works with what was found until that ends. */
export async function withCheckedData<T>(
  { session, loaded }: { readonly session: Session; readonly loaded: LoadedDefinition },
  work: (report: DataReport, workbench: Workbench) => Promise<T>,
): Promise<T> {
  const workbench = await workbenches().openWorkbench(
    loaded,
    loaded.dataFile,
    sqlPlaceOf(session.settings, session.signal),
  );
  try {
    return await work(await trainingSteps().findingsOf(session, workbench), workbench);
  } finally {
    await workbench.engine.close();
  }
}
