import path from "node:path";
import { PlatformError } from "../../platform/base/errors";
import type { PromotionDecision } from "../../platform/metrics/evaluation";
import { digestOfDirectory, writeJson, withTemporaryFolder } from "../../platform/base/files";
import { errorLines, type DataReport } from "../../platform/data/findings";
import { assertNotInterrupted } from "../../platform/http/retries";
import { newRunId } from "../../platform/base/run-id";
import { formatModelRef } from "../../platform/definition/model-ref";
import { openRegistry } from "../../platform/registry/open-registry";
import type { Registry } from "../../platform/registry/registry";
import type { Settings } from "../../platform/settings/settings";
import {
  findCandidate,
  modelFolder,
  publishCandidate,
  publishDecision,
  publishReport,
  readCandidate,
  readChecked,
  readJudged,
  type Candidate,
  type Checked,
} from "./job-files";
import { entriesOfTraining } from "../../platform/model/run-entries";
import { JobLog, entriesOfCheck, entriesOfDecision, type Outcome } from "./job-log";
import { aliasChampions } from "../inputs/alias-champions";
import {
  acceptedBySettings,
  breakingAcceptedBySettings,
  checkStep,
  evaluateStep,
  readDecision,
  registerStep,
  requireSound,
  trainStep,
} from "../steps";
import { decideSplitRule } from "../../platform/data/split/split-rule";
import { decideSplit } from "../inputs/split";
import { auditedByJob } from "./job-audit";
import { keepData, noChampions, ofProgram, versionsOf } from "./program";
import { withWorkbench } from "./with-workbench";

/** What every step of a job works with. */
export interface JobContext {
  readonly settings: Settings<"training">;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly warn: (message: string) => void;
}

interface DataFlags {
  readonly model: string;
  /** A file, or a folder with the files of one table. */
  readonly data: string;
}

function logOf({ env, warn, signal }: JobContext): JobLog {
  return new JobLog(env, warn, signal);
}

/** The registry at a location, or at the tracking URI of the job; undefined when there is neither. */
function findRegistry(
  { settings, env, warn, signal }: JobContext,
  location: string | undefined,
): Registry | undefined {
  const place = location ?? env.MLFLOW_TRACKING_URI;
  if (place === undefined || place === "") return undefined;
  const registry = openRegistry(place, {
    report: ({ message }) => warn(message),
    signal,
    signingKey: settings.signingKey,
    trustedKeys: settings.trustedKeys,
  });
  return auditedByJob(registry, settings, { env, warn });
}

function registryOf(context: JobContext, location: string | undefined): Registry {
  const registry = findRegistry(context, location);
  if (registry !== undefined) return registry;
  throw new PlatformError(
    "USAGE",
    "No registry is given. Expected --registry, or MLFLOW_TRACKING_URI as a job of Azure Machine Learning has it. Give one.",
  );
}

/** Checks the data against the definition and the champion; the data that passes is what later steps read. */
export function checkJob(
  context: JobContext,
  {
    model,
    data,
    report: output,
    registry,
  }: DataFlags & { readonly report: string; readonly registry?: string },
): Promise<DataReport> {
  return withTemporaryFolder("mlops-job-", async (scratch) => {
    const champions = aliasChampions(findRegistry(context, registry), path.join(scratch, "champion"));
    const { report, champion, source, split } = await withWorkbench(
      context,
      { model, data },
      async (workbench) => {
        const checked = await checkStep(workbench, champions, acceptedBySettings(context.settings));
        const rule = await decideSplit(workbench, checked.champion, await versionsOf(context.settings));
        return { ...checked, source: workbench.source, split: rule };
      },
    );
    assertNotInterrupted(context.signal);
    await writeJson(path.join(scratch, "data-check.json"), report);
    const { digest, files } = source;
    const checked: Checked = {
      model,
      data: { digest, ...(files && { files: [...files] }) },
      split,
      ...(champion && { champion: champion.model }),
    };
    const isSound = errorLines(report.findings).length === 0;
    await logOf(context).log(entriesOfCheck(report, digest));
    await publishReport(scratch, output, isSound ? checked : undefined);
    requireSound(report);
    return report;
  });
}

/** Trains on the data that was checked. What an earlier attempt of the same job left whole is taken as it is. */
export async function trainJob(
  context: JobContext,
  flags: DataFlags & { readonly checked: string; readonly candidate: string },
): Promise<Candidate> {
  const { model, data, candidate: output } = flags;
  const checked = await readChecked(flags.checked, model);
  const run = context.env.MLFLOW_RUN_ID;
  const earlier = run ? await findCandidate(output, model) : undefined;
  if (earlier?.run === run && earlier?.data.digest === checked.data.digest) return earlier;
  return withTemporaryFolder("mlops-job-", async (scratch) => {
    const from = { model, data, pinned: checked.data };
    const trained = await withWorkbench(context, from, async (workbench) => {
      requireSound((await checkStep(workbench, noChampions)).report);
      await keepData(context.settings, workbench);
      return trainStep(workbench, {
        ...ofProgram(context.settings),
        outputDirectory: path.join(scratch, modelFolder),
        // Not in the scratch folder: it is there however the training ends.
        programLog: path.join(output, "trainer.log"),
        run: run ?? newRunId(model, new Date()),
        champion: checked.champion,
        split: checked.split ?? decideSplitRule(workbench.definition, workbench.source.header),
        signal: context.signal,
      });
    });
    assertNotInterrupted(context.signal);
    trained.warnings.forEach(context.warn);
    await logOf(context).log(entriesOfTraining(trained));
    const digest = await digestOfDirectory(trained.directory);
    const candidate: Candidate = { model, run: trained.lineage.run, digest, data: checked.data };
    await publishCandidate(scratch, output, candidate);
    return candidate;
  });
}

/** Compares the candidate with the version that is champion now, and leaves the gate's decision. */
export function evaluateJob(
  context: JobContext,
  flags: DataFlags & { readonly candidate: string; readonly decision: string; readonly registry?: string },
): Promise<PromotionDecision> {
  const { model, data } = flags;
  return withTemporaryFolder("mlops-job-", async (scratch) => {
    const candidate = await readCandidate(flags.candidate, model);
    const registry = registryOf(context, flags.registry);
    const from = { model, data, pinned: candidate.data };
    const { evaluation, decision } = await withWorkbench(context, from, async (workbench) =>
      evaluateStep(workbench, {
        candidate: path.join(flags.candidate, modelFolder),
        champions: aliasChampions(registry, path.join(scratch, "champion")),
        records: {
          dataVersions: await versionsOf(context.settings),
          countDecisions: (heldOut) => logOf(context).countDecisions(heldOut),
        },
        evaluation: context.settings.evaluation,
        acceptBreaking: breakingAcceptedBySettings(context.settings),
        output: scratch,
      }),
    );
    assertNotInterrupted(context.signal);
    await logOf(context).log(entriesOfDecision(evaluation, decision));
    const judged = {
      candidate: candidate.digest,
      ...(decision.champion && { champion: decision.champion.model }),
    };
    await publishDecision(scratch, flags.decision, judged);
    return decision;
  });
}

async function decisionAbout(candidate: Candidate, folder: string): Promise<PromotionDecision> {
  const judged = await readJudged(folder);
  if (judged.candidate === candidate.digest) return readDecision(path.join(folder, "decision.json"));
  throw new PlatformError(
    "CONFLICT",
    `The decision in ${folder} is about another candidate. A candidate is registered on its own. Run \`job evaluate\` again.`,
  );
}

/**
 * Registers a candidate that the gate let pass. One that it did not is no failure: the job ends well, and its run, and
 * that of its pipeline, say by `mlops.outcome` what has become of it.
 */
export async function registerJob(
  context: JobContext,
  flags: {
    readonly model: string;
    readonly candidate: string;
    readonly decision: string;
    readonly registry?: string;
  },
): Promise<Outcome> {
  const registry = registryOf(context, flags.registry);
  const candidate = await readCandidate(flags.candidate, flags.model);
  const decision = await decisionAbout(candidate, flags.decision);
  assertNotInterrupted(context.signal);
  const why = { "mlops.reason": decision.reason, "mlops.explanation": decision.explanation };
  const registered = await registerStep(registry, {
    candidate: path.join(flags.candidate, modelFolder),
    decision,
    onNoPromotion: context.settings.onNoPromotion,
  });
  const outcome: Outcome = registered
    ? { "mlops.outcome": "registered", "mlops.version": formatModelRef(registered.version), ...why }
    : { "mlops.outcome": "cancelled", ...why };
  await logOf(context).conclude(outcome);
  return outcome;
}
