import { cp, mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { PlatformError, systemErrorCode } from "../../platform/base/errors";
import { digestOfDirectory, writeJson } from "../../platform/base/files";
import { splitRuleSchema } from "../../platform/data/split/split-rule";
import { digestSchema, findRecord } from "../../platform/base/stored-record";

const dataSchema = z.object({
  digest: digestSchema,
  /** The files of a folder, by their paths below it. */
  files: z.array(z.string()).exactOptional(),
});

/** `checked.json`: the data that passed the check, which is the data that the later steps read. */
const checkedSchema = z.object({
  model: z.string(),
  data: dataSchema,
  /** Champion it was compared with: `name:version`. */
  champion: z.string().exactOptional(),
  /** How its rows are split. */
  split: splitRuleSchema.exactOptional(),
});

/** `candidate.json`: a model directory that is whole. */
const candidateSchema = z.object({
  model: z.string(),
  run: z.string(),
  /** Of the model directory. */
  digest: digestSchema,
  data: dataSchema,
});

/** `judged.json`: which candidate the decision beside it is about. */
const judgedSchema = z.object({ candidate: digestSchema, champion: z.string().exactOptional() });

export type Checked = Readonly<z.output<typeof checkedSchema>>;
export type Candidate = Readonly<z.output<typeof candidateSchema>>;
export type Judged = Readonly<z.output<typeof judgedSchema>>;

const files = { checked: "checked.json", candidate: "candidate.json", judged: "judged.json" } as const;

/** Folder of the model directory in a candidate's folder. */
export const modelFolder = "model";

/**
 * Copies what a step made to its output, and last the file that says that it is all there. An output is a mount of a
 * blob container: a rename in it is neither quick nor atomic, and a step that is started again finds what the first left.
 */
async function publish(
  scratch: string,
  output: string,
  {
    names,
    last,
    record,
  }: { readonly names: readonly string[]; readonly last: string; readonly record: object },
): Promise<void> {
  await mkdir(output, { recursive: true });
  await rm(path.join(output, last), { force: true });
  for (const name of names) {
    await rm(path.join(output, name), { recursive: true, force: true });
    await cp(path.join(scratch, name), path.join(output, name), { recursive: true });
  }
  await writeJson(path.join(scratch, last), record);
  await cp(path.join(scratch, last), path.join(output, last));
}

/** Leaves the report of a check; `checked` only when nothing speaks against training. */
export async function publishReport(scratch: string, output: string, checked?: Checked): Promise<void> {
  const names = ["data-check.json"];
  if (checked !== undefined) return publish(scratch, output, { names, last: files.checked, record: checked });
  await mkdir(output, { recursive: true });
  await rm(path.join(output, files.checked), { force: true });
  for (const name of names) await cp(path.join(scratch, name), path.join(output, name));
}

/** Leaves the model directory `model` of a scratch folder. */
export function publishCandidate(scratch: string, output: string, record: Candidate): Promise<void> {
  return publish(scratch, output, { names: [modelFolder], last: files.candidate, record });
}

/** Leaves `evaluation.json` and `decision.json` of a scratch folder. */
export function publishDecision(scratch: string, output: string, record: Judged): Promise<void> {
  return publish(scratch, output, {
    names: ["evaluation.json", "decision.json"],
    last: files.judged,
    record,
  });
}

async function readOutput<T>(
  folder: string,
  { name, schema, step }: { readonly name: string; readonly schema: z.ZodType<T>; readonly step: string },
): Promise<T> {
  const file = path.join(folder, name);
  const record = await findRecord(file, schema, `Run \`job ${step}\` again.`);
  if (record !== undefined) return record;
  throw new PlatformError(
    "NOT_FOUND",
    `${file} does not exist. \`job ${step}\` writes it last, when all else is there. Run that step to its end, or correct the folder.`,
  );
}

export async function readChecked(folder: string, model: string): Promise<Checked> {
  const checked = await readOutput(folder, { name: files.checked, schema: checkedSchema, step: "check" });
  requireModel(folder, checked.model, model);
  return checked;
}

export function readJudged(folder: string): Promise<Judged> {
  return readOutput(folder, { name: files.judged, schema: judgedSchema, step: "evaluate" });
}

function requireModel(folder: string, has: string, wanted: string): void {
  if (has === wanted) return;
  throw new PlatformError(
    "CONFLICT",
    `${folder} is about the model ${has}, not ${wanted}. All steps of a run are for one model. Correct --model or the folder.`,
  );
}

async function digestIfThere(folder: string): Promise<string | undefined> {
  try {
    return await digestOfDirectory(folder);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** The candidate in a folder, whose model directory is as it was written. */
export async function readCandidate(folder: string, model: string): Promise<Candidate> {
  const candidate = await readOutput(folder, {
    name: files.candidate,
    schema: candidateSchema,
    step: "train",
  });
  requireModel(folder, candidate.model, model);
  if ((await digestIfThere(path.join(folder, modelFolder))) === candidate.digest) return candidate;
  throw new PlatformError(
    "CONFLICT",
    `${path.join(folder, modelFolder)} is not the model directory that was trained. A candidate stays as it is. Run \`job train\` again.`,
  );
}

/** The candidate that an earlier attempt of the same step left, if it left it whole. */
export async function findCandidate(folder: string, model: string): Promise<Candidate | undefined> {
  try {
    return await readCandidate(folder, model);
  } catch (error) {
    if (error instanceof PlatformError) return undefined;
    throw error;
  }
}
