import { PlatformError } from "../../platform/base/errors";
import type { AcceptedChange } from "../../platform/data/checks/distribution-check";
import type { Environments } from "../../platform/release/environments";
import type { LoadedDefinition } from "../../platform/definition/definitions";
import { standingWhenEnded, type RunRecord } from "../runs/runs";
import { standingAfter } from "../runs/standing";
import type { Session } from "../session/session";
import { checkStep, evaluateStep, registerStep, splitStep, trainStep } from "./training-steps";
import { approveStep } from "./approve-step";
import { releaseStep } from "./canary-step";
import { findUntested, releaseOf } from "./release-of-run";
import { deployStep, loadStep, packageStep, smokeStep, verifyStep } from "./release-steps";
import type { RunContext, RunOptions, Step } from "./step";
import { openRunContext, runStep } from "./step";
import { stepNames, testStepNames } from "./step-names";
import { driftStep, predictionsStep, reportStep } from "./watch-steps";

const retrainSteps = [checkStep, splitStep, trainStep, evaluateStep, registerStep];
const productionSteps = [approveStep, releaseStep, verifyStep];
/** Stand in for clients: held-out rows are scored in production, and looked for in the prediction log. */
const rehearsalSteps = [predictionsStep, driftStep];

/** Deploys to environments before production, one after the other, and tests there. */
function testSteps(environments: Environments, from: readonly string[] = environments.testing): Step[] {
  return from.flatMap((environment) => {
    const { smoke, load } = testStepNames(environments, environment);
    return [deployStep(environment), smokeStep(environment, smoke), loadStep(environment, load)];
  });
}

/** The life of a model, in order. The report is written however it ends. */
function allSteps(environments: Environments): readonly Step[] {
  return [...retrainSteps, packageStep, ...testSteps(environments), ...productionSteps, ...rehearsalSteps];
}

/** The steps up to and with the one named. */
function stepsUntil(environments: Environments, until: string | undefined): readonly Step[] {
  const steps = allSteps(environments);
  if (until === undefined || until === reportStep.name) return steps;
  const last = steps.findIndex(({ name }) => name === until);
  if (last >= 0) return steps.slice(0, last + 1);
  throw new PlatformError(
    "USAGE",
    `There is no step "${until}". Steps: ${stepNames(environments).join(", ")}.`,
  );
}

/** Runs steps, each asked for when the one before has ended, until one ends the run; then writes the report, also when a step has failed. */
async function runSteps(
  context: RunContext,
  steps: () => Iterable<Step>,
  stopped: string | undefined,
): Promise<RunRecord> {
  const { session, run } = context;
  try {
    for (const step of steps()) {
      session.signal.throwIfAborted();
      const { ends } = await runStep(context, step);
      if (ends) break;
    }
    if (stopped !== undefined && run.outcome === "running") {
      Object.assign(run, standingAfter(run, stopped));
    }
  } catch (error) {
    if (session.signal.aborted && run.outcome === "running") {
      Object.assign(run, standingWhenEnded(run, "The run was interrupted."));
    }
    // The report cannot be written where a disk is full, for example; why the run failed is what has to be said.
    await Promise.allSettled([finish(context)]);
    throw error;
  }
  await finish(context);
  return run;
}

/** Writes the report. Whether or not that succeeds, the run's outcome stays. */
async function finish(context: RunContext): Promise<void> {
  const { session, run } = context;
  const { outcome, explanation } = run;
  try {
    run.finishedAt = new Date().toISOString();
    await session.runs.save(run);
    if (!session.signal.aborted) await runStep(context, reportStep);
  } catch (error) {
    Object.assign(run, { outcome, explanation });
    await session.runs.save(run);
    throw error;
  } finally {
    await context.close();
  }
}

interface LifecycleOptions {
  readonly yes: boolean;
  readonly until?: string | undefined;
  readonly acceptBreaking?: AcceptedChange | undefined;
  readonly keepWork?: boolean | undefined;
}

/** Everything from the data to production, as one new run. */
export async function runLifecycle(
  session: Session,
  loaded: LoadedDefinition,
  options: LifecycleOptions,
): Promise<RunRecord> {
  const steps = stepsUntil(session.environments, options.until);
  const run = await session.runs.create(loaded.definition.name, loaded.dataFile, new Date());
  const until = steps.at(-1) !== driftStep ? options.until : undefined;
  const { yes, acceptBreaking, keepWork } = options;
  const context = openRunContext(session, loaded, run, { yes, acceptBreaking, keepWork });
  return runSteps(context, () => steps, until);
}

/** A new run that ends where a version is registered, or is not. */
export async function retrain(
  session: Session,
  loaded: LoadedDefinition,
  options: Pick<RunOptions, "accepted" | "acceptBreaking" | "keepWork"> = {},
): Promise<RunRecord> {
  const run = await session.runs.create(loaded.definition.name, loaded.dataFile, new Date());
  return runSteps(openRunContext(session, loaded, run, options), () => retrainSteps, undefined);
}

/** What is done in production: approval, canary, verification, and the rehearsal where there are no clients. */
const stepsInProduction = ({ target }: RunContext): Step[] =>
  target.hasClients ? productionSteps : [...productionSteps, ...rehearsalSteps];

/** Goes on with a run that has passed its tests. */
export async function promoteRun(context: RunContext): Promise<RunRecord> {
  context.run.outcome = "running";
  return runSteps(context, () => stepsInProduction(context), undefined);
}

/** The environments that test, from the first that the run's package has not passed. */
function untestedEnvironments({ run, session }: RunContext): readonly string[] {
  const { testing } = session.environments;
  const untested = findUntested(testing, run.tests, releaseOf({ run }).digest);
  return untested === undefined ? [] : testing.slice(testing.indexOf(untested));
}

/**
 * Takes a run that has registered a version to production; what it has been through already is not done again. It is packaged in
 * any case: that finds the package that is there, and publishes it where this target gets it from.
 */
export async function releaseRun(context: RunContext): Promise<RunRecord> {
  context.run.outcome = "running";
  return runSteps(
    context,
    function* () {
      yield packageStep;
      yield* testSteps(context.session.environments, untestedEnvironments(context));
      yield* stepsInProduction(context);
    },
    undefined,
  );
}
