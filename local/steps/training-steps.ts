import path from "node:path";
import { PlatformError } from "../../platform/errors";
import { digestOfFile, fileExists, findJson, writeJson } from "../../platform/files";
import type { PromotionDecision } from "../../platform/evaluation";
import { formatModelRef } from "../../platform/model-ref";
import { modelFiles, readLineage } from "../../platform/model-directory";
import { OnnxModel } from "../../platform/onnx-model";
import { decidePromotion } from "../../platform/promotion";
import { splitData } from "../../platform/data/split";
import { targetOf } from "../../platform/definition";
import type { Metrics } from "../../platform/metrics";
import type { EvaluationResult } from "../../training/evaluate";
import { evaluate } from "../../training/evaluate";
import { train } from "../../training/train";
import { describeFindings } from "../commands/print-data-check";
import { checkLoadedData } from "../data-check";
import { codeVersion } from "../code-version";
import { requireSameData } from "../run-data";
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
      message: `${report.rows} rows, ${report.columns} columns, ${warnings === 0 ? "no findings" : `${warnings} warnings`} (compared with ${report.comparedWith})`,
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

export function describeMetrics(metrics: Metrics): string {
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

/** Scores candidate and champion; the champion is what production serves. */
async function measure(context: RunContext): Promise<EvaluationResult> {
  const { session, run, definition } = context;
  const data = await context.data();
  const directory = await candidateOf(context);
  requireSameData(data, (await readLineage(directory)).data.digest, run.id);
  await splitData(data.engine, definition);
  const { stable } = await session.deployer.status("prod", definition.name);
  const candidate = await OnnxModel.load(directory);
  const champion = stable && {
    model: stable.model,
    onnx: await OnnxModel.load(path.join(stable.package, "model")),
  };
  try {
    return await evaluate({ engine: data.engine, definition, candidate, ...(champion && { champion }) });
  } finally {
    await candidate.close();
    await champion?.onnx.close();
  }
}

/** What a gate that said no means for the run: by setting, its end or only a note. */
function concludeDecision(context: RunContext, decision: PromotionDecision): StepResult {
  const { explanation, promote, champion } = decision;
  if (promote) return { message: explanation };
  if (context.session.settings.onNoPromotion === "continue") {
    return { message: `${explanation}; goes on all the same, as MLOPS_ON_NO_PROMOTION is "continue"` };
  }
  const kept = champion ? `${champion.model} stays in production` : "nothing goes to production";
  return {
    message: explanation,
    ends: { outcome: "kept", explanation: `${kept}, nothing was registered: ${explanation}` },
  };
}

export const evaluateStep: Step = {
  name: "evaluate",
  async run(context) {
    const { session, run, definition } = context;
    const { evaluation, candidate, champion, slices } = await measure(context);
    await writeJson(session.runs.path(run.id, "evaluation.json"), evaluation);
    const decision = decidePromotion({
      rule: definition.gate,
      unit: targetOf(definition).unit,
      candidate,
      ...(champion && { champion }),
      slices,
      seed: definition.split.seed,
      evaluation: session.settings.evaluation,
    });
    await writeJson(session.runs.path(run.id, "decision.json"), decision);
    return concludeDecision(context, decision);
  },
};

export const registerStep: Step = {
  name: "register",
  async run(context) {
    const { session, run, definition } = context;
    if (run.version !== undefined) return { message: `${run.version} is registered already` };
    const directory = await candidateOf(context);
    const decision = (await findJson(session.runs.path(run.id, "decision.json"))) as
      PromotionDecision | undefined;
    if (!decision)
      throw new PlatformError(
        "CONFLICT",
        `Run ${run.id} was not evaluated. Run \`mlops evaluate --run ${run.id}\` first.`,
      );
    const { message, ends } = concludeDecision(context, decision);
    if (ends) return { message: `not registered: ${message}`, ends };
    const onnx = await digestOfFile(path.join(directory, modelFiles.onnx));
    // The same model again, as after a release that was not approved, is not another version.
    const same = (await session.registry.list(definition.name)).find(({ tags }) => tags.onnx === onnx);
    const version =
      same ??
      (await session.registry.register(definition.name, directory, {
        run: run.id,
        decision: decision.reason,
        data: (await readLineage(directory)).data.digest,
        onnx,
      }));
    run.version = formatModelRef(version);
    run.outcome = "registered";
    run.explanation = `${run.version} is registered.`;
    return {
      message: `${run.version}${same ? " holds this model already" : ""}, sha256:${version.digest.slice(0, 12)}`,
    };
  },
};
