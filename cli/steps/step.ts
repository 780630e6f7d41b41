import { explainStorageError, reasonOf } from "../../platform/base/errors";
import type { AcceptedChange } from "../../platform/data/checks/distribution-check";
import type { LoadedDefinition } from "../../platform/definition/definitions";
import { sqlPlaceOf } from "../../platform/data/sql-place";
import type { Workbench } from "../../training/inputs/workbench";
import { refusals, standingWhenEnded, type RunOutcome, type RunRecord, type StepRecord } from "../runs/runs";
import type { Session } from "../session/session";
import type { Target } from "../../platform/release/target";
import { localTarget } from "../session/target";

/** A run in progress: what its steps read and write. */
export interface RunContext extends LoadedDefinition {
  readonly session: Session;
  readonly run: RunRecord;
  /** Where the environments are that the run is released to. */
  readonly target: Target;
  /** Release without asking. */
  readonly yes: boolean;
  /** Why it is approved, where somebody has said so. */
  readonly reason?: string;
  /** It may take the place of a newer version. */
  readonly older?: boolean;
  /** Keep what a trainer's program was given and left. */
  readonly keepWork: boolean;
  /** The change of population that is accepted; that of the settings when absent. */
  readonly accepted?: AcceptedChange;
  /** Columns whose change may refuse requests that the champion answers; those of the settings when absent. */
  readonly acceptBreaking?: AcceptedChange;
  /** Loads the run's data on first use. */
  workbench(): Promise<Workbench>;
  close(): Promise<void>;
}

/** What a step came to: a message for people and, if the run ends here, how. */
export interface StepResult {
  readonly message: string;
  readonly ends?: { readonly outcome: RunOutcome; readonly explanation: string };
}

/** One step of the lifecycle; it finds its inputs in the run's record and folder and leaves its results there. */
export interface Step {
  readonly name: string;
  run(context: RunContext): Promise<StepResult>;
}

/** What a run is opened with, beside what it is about. */
export interface RunOptions {
  readonly yes?: boolean;
  readonly keepWork?: boolean | undefined;
  readonly target?: Target;
  readonly accepted?: AcceptedChange | undefined;
  readonly acceptBreaking?: AcceptedChange | undefined;
}

// Loaded where data is: steps of a release do without it.
const workbenches = () =>
  require("../../training/inputs/workbench") as typeof import("../../training/inputs/workbench");

export function openRunContext(
  session: Session,
  loaded: LoadedDefinition,
  run: RunRecord,
  { yes = false, keepWork = false, target = localTarget(session), accepted, acceptBreaking }: RunOptions = {},
): RunContext {
  let workbench: Promise<Workbench> | undefined;
  return {
    ...loaded,
    session,
    run,
    target,
    yes,
    keepWork,
    ...(accepted && { accepted }),
    ...(acceptBreaking && { acceptBreaking }),
    workbench: () =>
      (workbench ??= workbenches().openWorkbench(
        loaded,
        run.dataFile,
        sqlPlaceOf(session.settings, session.signal),
      )),
    async close() {
      const opening = workbench;
      workbench = undefined;
      // A failure to open was reported where the data was asked for.
      const opened = await opening?.catch(() => undefined);
      await opened?.engine.close();
    },
  };
}

/** How a step that ended its run with this outcome, or did not end it, is shown. */
function statusOf(outcome: RunOutcome | undefined): StepRecord["status"] {
  if (outcome === undefined) return "done";
  if (outcome === "waiting-for-approval") return "waiting";
  return refusals.includes(outcome) ? "failed" : "done";
}

/** Runs a step, shows its progress, and records it in the run. */
export async function runStep(context: RunContext, step: Step): Promise<StepResult> {
  const { session, run } = context;
  const startedAt = new Date().toISOString();
  const started = performance.now();
  session.output.begin(step.name);
  const record = async (status: StepRecord["status"], message: string, shown = message): Promise<void> => {
    const ms = performance.now() - started;
    session.output.end(step.name, { status, ms, message: shown });
    run.steps = [
      ...run.steps.filter(({ name }) => name !== step.name),
      { name: step.name, status, startedAt, ms, message },
    ];
    await session.runs.save(run);
  };
  try {
    const result = await step.run(context);
    const { ends } = result;
    if (ends) {
      run.outcome = ends.outcome;
      run.explanation = ends.explanation;
    }
    await record(statusOf(ends?.outcome), result.message);
    return result;
  } catch (thrown) {
    const error = explainStorageError(thrown);
    if (session.signal.aborted) {
      Object.assign(run, standingWhenEnded(run, `The run was interrupted in the step "${step.name}".`));
      await Promise.allSettled([record("stopped", "interrupted")]);
      throw error;
    }
    run.outcome = "failed";
    run.explanation = reasonOf(error);
    // All of it is said where the command ends. A record that cannot be written, as on a full disk, does not hide it.
    await Promise.allSettled([record("failed", run.explanation, run.explanation.split("\n")[0])]);
    throw error;
  }
}
