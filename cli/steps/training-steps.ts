import path from "node:path";
import { PlatformError } from "../../platform/base/errors";
import { promotionDecisionSchema, type PromotionDecision } from "../../platform/metrics/evaluation";
import { fileExists, writeJson } from "../../platform/base/files";
import { findRecord } from "../../platform/base/stored-record";
import { formatModelRef } from "../../platform/definition/model-ref";
import { modelFiles, readLineage } from "../../platform/model/model-directory";
import { splitData } from "../../platform/data/split";
import type { Metrics } from "../../platform/definition/metric-names";
import { compareWithChampion, type Comparison } from "../../training/evaluation/compare";
import { registerCandidate } from "../../training/directory/register";
import { train } from "../../training/directory/train";
import { counted, withoutPeriod } from "../../platform/base/wording";
import { codeVersion } from "../../build/code-version";
import { checkLoadedData, describeFindings } from "./data-check";
import { requireSameData } from "../runs/run-data";
import type { RunContext, Step, StepResult } from "./step";

export const checkStep: Step = {
  name: "check",
  async run(context) {
    const { session, run, definition } = context;
    const report = await checkLoadedData(session, definition, await context.data());
    await writeJson(session.runs.path(run.id, "data-check.json"), report);
    const errors = report.findings.filter(({ severity }) => severity === "error").length;
    if (errors > 0)
      throw new PlatformError(
        "DATA_INVALID",
        `The data has faults. Nothing was trained.\n${describeFindings(report)}`,
      );
    const warnings = report.findings.length;
    return {
      message: `${report.rows} rows, ${report.columns} columns, ${warnings === 0 ? "no findings" : counted(warnings, "warning")} (compared with ${report.comparedWith})`,
    };
  },
};

export const splitStep: Step = {
  name: "split",
  async run(context) {
    const { training, heldOut } = await splitData((await context.data()).engine, context.definition);
    return { message: `${training} rows to train on, ${heldOut} held out` };
  },
};

function modelDirectoryOf({ session, run }: RunContext): string {
  return session.runs.path(run.id, "model");
}

/** The folder of the candidate; throws when the run has trained none. */
async function candidateOf(context: RunContext): Promise<string> {
  const directory = modelDirectoryOf(context);
  if (await fileExists(path.join(directory, modelFiles.onnx))) return directory;
  throw new PlatformError(
    "NOT_FOUND",
    `Run ${context.run.id} has no trained model. Run \`mlops train --model ${context.definition.name}\`.`,
  );
}

function describeMetrics(metrics: Metrics): string {
  return Object.entries(metrics)
    .map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`)
    .join(", ");
}

export const trainStep: Step = {
  name: "train",
  async run(context) {
    const { session, run, definition, definitionFile } = context;
    const { engine, source } = await context.data();
    const { stable } = await session.deployer.status("prod", definition.name);
    await splitData(engine, definition);
    const { metrics, onnxDigest } = await train({
      engine,
      definition,
      source,
      outputDirectory: modelDirectoryOf(context),
      run: run.id,
      now: new Date(),
      commandDirectory: path.dirname(definitionFile),
      code: await codeVersion(),
      ...(stable && { champion: stable.model }),
      signal: session.signal,
      onOutput: (line) => {
        session.output.update(`train: ${line}`);
      },
    });
    return {
      message: `${definition.trainer.kind}, ${describeMetrics(metrics.training.metrics)} on the training rows; model.onnx sha256:${onnxDigest.slice(0, 12)}`,
    };
  },
};

/** Measures the candidate against what production serves, and asks the gate. */
async function compare(context: RunContext): Promise<Comparison> {
  const { session, run, definition } = context;
  const data = await context.data();
  const directory = await candidateOf(context);
  requireSameData(data, (await readLineage(directory)).data.digest, run.id);
  const { stable } = await session.deployer.status("prod", definition.name);
  return compareWithChampion({
    engine: data.engine,
    definition,
    candidate: directory,
    champion: stable && { model: stable.model, directory: path.join(stable.package, "model") },
    evaluation: session.settings.evaluation,
  });
}

/** What a gate that said no means for the run: by setting, its end or only a note. */
function concludeDecision(context: RunContext, decision: PromotionDecision): StepResult {
  const { explanation, promote, champion } = decision;
  const message = withoutPeriod(explanation);
  if (promote) return { message };
  if (context.session.settings.onNoPromotion === "continue") {
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
    const { evaluation, decision } = await compare(context);
    await writeJson(session.runs.path(run.id, "evaluation.json"), evaluation);
    await writeJson(session.runs.path(run.id, "decision.json"), decision);
    return concludeDecision(context, decision);
  },
};

export const registerStep: Step = {
  name: "register",
  async run(context) {
    const { session, run } = context;
    if (run.version !== undefined) return { message: `${run.version} is registered already` };
    const directory = await candidateOf(context);
    const decision = await findRecord(session.runs.path(run.id, "decision.json"), promotionDecisionSchema);
    if (!decision)
      throw new PlatformError(
        "CONFLICT",
        `Run ${run.id} was not evaluated. Run \`mlops evaluate --run ${run.id}\` first.`,
      );
    const { message, ends } = concludeDecision(context, decision);
    if (ends) return { message: `not registered: ${message}`, ends };
    const { version, existed } = await registerCandidate(session.registry, directory, decision);
    run.version = formatModelRef(version);
    run.outcome = "registered";
    run.explanation = `${run.version} is registered.`;
    return {
      message: `${run.version}${existed ? " holds this model already" : ""}, sha256:${version.digest.slice(0, 12)}`,
    };
  },
};
