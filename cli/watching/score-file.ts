import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Deployer } from "../../platform/release/deployment";
import type { ModelDefinition } from "../../platform/definition/definition";
import { PlatformError } from "../../platform/base/errors";
import { parseModelRef } from "../../platform/definition/model-ref";
import { counted } from "../../platform/base/wording";
import { isAddress } from "../../platform/http/address";
import { openStorage } from "../../platform/storage/open-storage";
import { openEngine } from "../../platform/sql/open-engine";
import { loadScoringModel } from "../../scoring/model/load-model";
import { scoreBatch, type BatchResult } from "../../scoring/batch/score-batch";
import type { Session } from "../session/session";

export interface ScoreFileResult extends BatchResult {
  readonly model: string;
  readonly output: string;
}

/** The file itself; of one in a blob container, by its address, a copy. */
export async function fileOf(input: string, scratch: string): Promise<string> {
  if (!isAddress(input)) return input;
  const address = new URL(input);
  const name = path.posix.basename(address.pathname);
  // The storage is the folder; a signature behind the address is the container's.
  address.pathname = path.posix.dirname(address.pathname);
  const copy = path.join(scratch, decodeURIComponent(name));
  await writeFile(copy, await (await openStorage(address.href)).get(decodeURIComponent(name)));
  return copy;
}

/** Scores a file with a registered version, or with the one in production. */
export async function scoreFile(
  session: Session,
  definition: ModelDefinition,
  asked: { input: string; output: string; version?: string; deployer: Deployer },
): Promise<ScoreFileResult> {
  const { input, output, version, deployer } = asked;
  const reference =
    version ?? (await deployer.status(session.environments.production, definition.name)).stable?.model;
  if (reference === undefined) {
    throw new PlatformError(
      "NOT_FOUND",
      `No version of ${definition.name} is in production. Release one, or name one with --version.`,
    );
  }
  await mkdir(path.dirname(path.resolve(output)), { recursive: true });
  const scratch = await mkdtemp(path.join(session.workspace.home, "score-"));
  const engine = await openEngine();
  try {
    // A copy whose digest was checked, so that what scores is what was registered.
    const directory = path.join(scratch, "model");
    await session.registry.download(parseModelRef(reference), directory);
    const model = await loadScoringModel(directory);
    try {
      const file = await fileOf(input, scratch);
      const result = await scoreBatch({
        engine,
        model,
        reference,
        input: file,
        output,
      });
      return { ...result, model: reference, output };
    } finally {
      await model.close?.();
    }
  } finally {
    await engine.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

/** What became of a file's rows, for people. */
export function describeScored({ read, scored, rejected, rejects, model, output }: ScoreFileResult): string {
  const counts = `${counted(read, "row")} read: ${scored.toLocaleString("en-US")} scored by ${model} into ${output}`;
  if (rejects === undefined) return `${counts}, none rejected.`;
  return `${counts}, ${rejected.toLocaleString("en-US")} rejected into ${rejects}, which says why.`;
}
