import path from "node:path";
import { PlatformError } from "../../platform/base/errors";
import type { DataReport } from "../../platform/data/findings";
import type { PromotionDecision } from "../../platform/metrics/evaluation";
import { fileExists, shortDigest, writeJson } from "../../platform/base/files";
import { formatModelRef, parseModelRef } from "../../platform/definition/model-ref";
import { modelFiles } from "../../platform/model/model-directory";
import { findRecord } from "../../platform/base/stored-record";
import { splitData } from "../../platform/data/split/split";
import { splitRuleSchema, type SplitRule } from "../../platform/data/split/split-rule";
import * as training from "../../training/steps";
import { entriesOfTraining } from "../../platform/model/run-entries";
import { entriesOfDecision } from "../../training/job/job-log";
import { decideSplit } from "../../training/inputs/split";
import { packagedModelDirectory } from "../../deploy/package/restore-package";
import { countDecisions } from "../runs/count-decisions";
import type { Champions } from "../../training/inputs/champions";
import { productionChampions } from "../../training/inputs/production-champions";
import { counted, withoutPeriod } from "../../platform/base/wording";
import { codeVersion } from "../../build/code-version";
import { keepData, removeOldData } from "../data/keep-data";
import type { RunRecord } from "../runs/runs";
import { packagingOf } from "../session/packaging";
import type { Session } from "../session/session";
import { describeMetrics } from "./approval-summary";
import { describeFindings } from "./describe-findings";
import type { Workbench } from "../../training/inputs/workbench";
import type { RunContext, Step, StepResult } from "./step";

/** On this machine the champion is what production serves. */
function championsOf(session: Session): Champions {
  const { deployer, environments, registry } = session;
  return productionChampions({
    deployer,
    environment: environments.production,
    registry,
    directoryOf: async (version) =>
      packagedModelDirectory(await packagingOf(session, parseModelRef(version.model).name), version),
  });
}

/** Records which columns were accepted although they are of another population, by whom or what, and why. */
function noteAccepted(run: RunRecord, { findings }: DataReport): void {
  const accepted = findings.flatMap(({ column, acceptedBy, message }) =>
    column === undefined || acceptedBy === undefined ? [] : [{ column, by: acceptedBy, reason: message }],
  );
  if (accepted.length > 0) run.acceptedPopulation = accepted;
}

/** What is found in the data of a command, against the definition and the champion's rows. */
export async function findingsOf(
  session: Session,
  workbench: Workbench,
  accepted = training.acceptedBySettings(session.settings),
): Promise<DataReport> {
  return (await training.checkStep(workbench, championsOf(session), accepted)).report;
}

export const checkStep: Step = {
  name: "check",
  async run(context) {
    const { session, run } = context;
    const report = await findingsOf(session, await context.workbench(), context.accepted);
    await writeJson(session.runs.path(run.id, "data-check.json"), report);
    noteAccepted(run, report);
    const errors = report.findings.filter(({ severity }) => severity === "error").length;
    if (errors > 0)
      throw new PlatformError(
        "DATA_INVALID",
        `The data has faults. Nothing was trained.\n${describeFindings(report)}`,
      );
    const warnings = report.findings.map(({ column, message }) =>
      column ? `${column}: ${message}` : message,
    );
    const found = warnings.length === 0 ? "no findings" : counted(warnings.length, "warning");
    const summary = `${report.rows} rows, ${report.columns} columns, ${found} (compared with ${report.comparedWith})`;
    return { message: [summary, ...warnings].join("\n") };
  },
};

/** How the run's rows are split: as it has decided before, or does now. */
export async function splitOf(context: RunContext): Promise<SplitRule> {
  const { session, run, definition } = context;
  const file = session.runs.path(run.id, "split.json");
  const decided = await findRecord(file, splitRuleSchema);
  if (decided !== undefined) return decided;
  const champion = await championsOf(session).find(definition.name);
  const rule = await decideSplit(await context.workbench(), champion, session.dataVersions);
  await writeJson(file, rule);
  return rule;
}

export const splitStep: Step = {
  name: "split",
  async run(context) {
    const { training, heldOut } = await splitData(await context.workbench(), await splitOf(context));
    return { message: `${training} rows to train on, ${heldOut} held out` };
  },
};

/** The folder of the candidate; throws when the run has trained none. */
async function candidateOf(context: RunContext): Promise<string> {
  const directory = context.session.runs.modelDirectory(context.run.id);
  if (await fileExists(path.join(directory, modelFiles.onnx))) return directory;
  throw new PlatformError(
    "NOT_FOUND",
    `Run ${context.run.id} has no trained model. Run \`mlops train --model ${context.definition.name}\`.`,
  );
}

export const trainStep: Step = {
  name: "train",
  async run(context) {
    const { session, run, definition, definitionFile } = context;
    const champion = await championsOf(session).find(definition.name);
    const workbench = await context.workbench();
    const kept = await keepData(session, definition, workbench.source);
    // For comparisons: the file of the definition will change.
    await writeJson(session.runs.path(run.id, "definition.json"), definition);
    const trained = await training.trainStep(workbench, {
      outputDirectory: session.runs.modelDirectory(run.id),
      run: run.id,
      code: await codeVersion({ definition: definitionFile, data: run.dataFile }),
      champion: champion?.model,
      split: await splitOf(context),
      environments: session.workspace.python,
      programLog: session.runs.path(run.id, "trainer.log"),
      keptWork: context.keepWork ? session.runs.path(run.id, "work") : undefined,
      signal: session.signal,
      onOutput: (line) => {
        session.output.update(`train: ${line}`);
      },
    });
    if (kept) await removeOldData(session, kept);
    await session.logRun(run, entriesOfTraining(trained));
    const { metrics, onnxDigest, warnings } = trained;
    return {
      message: `${definition.trainer.kind}, ${describeMetrics(metrics.training.metrics)} on the training rows; model.onnx sha256:${shortDigest(onnxDigest)}${warnings.map((warning) => `. ${withoutPeriod(warning)}`).join("")}`,
    };
  },
};

/** What a gate that said no means for the run: by setting, its end or only a note. */
function concludeDecision(context: RunContext, decision: PromotionDecision): StepResult {
  const { explanation, promote, champion } = decision;
  const message = withoutPeriod(explanation);
  if (promote) return { message };
  if (training.mayRegister(decision, context.session.settings.onNoPromotion)) {
    return { message: `${message}; goes on all the same, as MLOPS_ON_NO_PROMOTION is "continue"` };
  }
  const kept = champion ? `${champion.model} stays in production` : "nothing goes to production";
  return {
    message,
    ends: { outcome: "kept", explanation: `${kept}, nothing was registered: ${explanation}` },
  };
}

export const evaluateStep: Step = {
  name: "evaluate",
  async run(context) {
    const { session, run } = context;
    if (run.version !== undefined) {
      throw new PlatformError(
        "CONFLICT",
        `Run ${run.id} is registered as ${run.version} already. A candidate is evaluated before it is registered; train another one with \`mlops train\`.`,
      );
    }
    const { evaluation, decision } = await training.evaluateStep(await context.workbench(), {
      candidate: await candidateOf(context),
      champions: championsOf(session),
      records: {
        dataVersions: session.dataVersions,
        countDecisions: (heldOut) => countDecisions(session.runs, run, heldOut),
      },
      evaluation: session.settings.evaluation,
      acceptBreaking: context.acceptBreaking ?? training.breakingAcceptedBySettings(session.settings),
      output: session.runs.path(run.id),
    });
    await session.logRun(run, entriesOfDecision(evaluation, decision));
    return concludeDecision(context, decision);
  },
};

export const registerStep: Step = {
  name: "register",
  async run(context) {
    const { session, run } = context;
    if (run.version !== undefined) return { message: `${run.version} is registered already` };
    const candidate = await candidateOf(context);
    const decision = await training.findDecision(session.runs.path(run.id, "decision.json"));
    if (!decision)
      throw new PlatformError(
        "CONFLICT",
        `Run ${run.id} was not evaluated. Run \`mlops evaluate --run ${run.id}\` first.`,
      );
    const registered = await training.registerStep(session.registry, {
      candidate,
      decision,
      onNoPromotion: session.settings.onNoPromotion,
    });
    if (registered === undefined) {
      const { message, ...conclusion } = concludeDecision(context, decision);
      return { message: `not registered: ${message}`, ...conclusion };
    }
    const { version, existed } = registered;
    run.version = formatModelRef(version);
    run.outcome = "registered";
    run.explanation = `${run.version} is registered.`;
    return {
      message: `${run.version}${existed ? " holds this model already" : ""}, sha256:${shortDigest(version.digest)}`,
    };
  },
};
