import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import type { ModelDefinition } from "../platform/definition";
import { PlatformError } from "../platform/errors";
import { parseModelRef } from "../platform/model-ref";
import { OnnxModel } from "../platform/onnx-model";
import { DuckDbEngine } from "../platform/sql/duckdb-engine";
import { scoreBatch } from "../scoring/batch";
import type { Session } from "./session";

export interface ScoreFileResult {
  readonly rows: number;
  readonly model: string;
  readonly output: string;
}

/** Scores a file with a registered version, or with the one in production. */
export async function scoreFile(
  session: Session,
  definition: ModelDefinition,
  { input, output, version }: { input: string; output: string; version?: string },
): Promise<ScoreFileResult> {
  const { stable } = await session.deployer.status("prod", definition.name);
  const reference = version ?? stable?.model;
  if (reference === undefined) {
    throw new PlatformError(
      "NOT_FOUND",
      `No version of ${definition.name} is in production. Release one, or name one with --version.`,
    );
  }
  const scratch = await mkdtemp(path.join(session.workspace.home, "score-"));
  const engine = await DuckDbEngine.open();
  try {
    // A copy whose digest was checked, so that what scores is what was registered.
    const directory = path.join(scratch, "model");
    await session.registry.download(parseModelRef(reference), directory);
    const model = await OnnxModel.load(directory);
    try {
      return {
        rows: await scoreBatch({ engine, model, reference, definition, input, output }),
        model: reference,
        output,
      };
    } finally {
      await model.close();
    }
  } finally {
    await engine.close();
    await rm(scratch, { recursive: true, force: true });
  }
}
