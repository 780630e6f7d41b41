import path from "node:path";
import { PlatformError } from "../../platform/base/errors";
import { fileExists, shortDigest } from "../../platform/base/files";
import { shownPath } from "../../platform/base/shown-path";
import { counted } from "../../platform/base/wording";
import { isDelivered } from "../../platform/data/delivery";
import { modelFiles, readGoldenRows, readLineage } from "../../platform/model/model-directory";
import type { SqlRow } from "../../platform/sql/engine";
import type { Workbench } from "../../training/inputs/workbench";
import { heldOutRows } from "../runs/held-out-rows";
import { releaseOf } from "./release-of-run";
import type { RunContext } from "./step";

/** The data of a run, if it can be read here and is what the model was trained on; else why it is not. */
async function findTrainedData(context: RunContext, model: string): Promise<Workbench | string> {
  if (!(await fileExists(path.join(model, modelFiles.lineage))))
    return "it does not say what it was trained on";
  const { data } = await readLineage(model);
  let workbench: Workbench;
  try {
    workbench = await context.workbench();
  } catch (error) {
    if (!(error instanceof PlatformError) || !error.code.startsWith("DATA_")) throw error;
    return `${shownPath(context.run.dataFile)} cannot be read here`;
  }
  const { source } = workbench;
  if (source.digest === data.digest || (await isDelivered(source, data.digest))) return workbench;
  return `${shownPath(context.run.dataFile)} is version ${shortDigest(source.digest)}, and it was trained on ${shortDigest(data.digest)}`;
}

/**
 * Rows that a released version was not trained on, by feature name, as a client would send them: held-out rows, where the data that it
 * was trained on is on this machine; otherwise its golden rows, which every copy of it has. Of personal columns these have synthetic values.
 */
async function rowsToSend(context: RunContext): Promise<readonly SqlRow[]> {
  const release = releaseOf(context);
  const model = path.join(release.package, "model");
  const found = await findTrainedData(context, model);
  if (typeof found !== "string") return heldOutRows(found, model);
  const { rows } = await readGoldenRows(model);
  context.session.output.print(
    `${counted(rows.length, "golden row")} of ${release.model} stand in for held-out rows: ${found}.`,
  );
  return rows;
}

/** Bodies for scoring requests, two rows each. */
export async function scoringBodies(context: RunContext): Promise<string[]> {
  const rows = await rowsToSend(context);
  return rows.map((row, index) => JSON.stringify({ data: [row, rows[(index + 1) % rows.length]] }));
}
