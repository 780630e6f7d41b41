import { readdir } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { canaryStageSchema } from "../../deploy/rules/canary-stage";
import { packagedReleaseSchema, trackSampleSchema } from "../../platform/release/deployment";
import { PlatformError, systemErrorCode } from "../../platform/base/errors";
import { writeJson } from "../../platform/base/files";
import { fromHomePath, packageFromHomePath, toHomePath } from "../../platform/base/home-path";
import { ownIdentity, processIdentitySchema, stateOfProcess } from "../../platform/base/process-identity";
import { newRunId } from "../../platform/base/run-id";
import { digestSchema, findRecord } from "../../platform/base/stored-record";
import { mapInBatches } from "./map-in-batches";
import { loadResultSchema } from "../../deploy/tests/load";

const stepRecordSchema = z.object({
  name: z.string(),
  status: z.enum(["done", "failed", "stopped", "waiting"]),
  startedAt: z.string(),
  ms: z.number(),
  message: z.string(),
});

export type StepRecord = Readonly<z.output<typeof stepRecordSchema>>;

/** How a run ended, or stands. */
const outcomeSchema = z.enum([
  "running",
  "stopped",
  "trained",
  "promotable",
  "kept",
  "registered",
  "waiting-for-approval",
  "declined",
  "released",
  "rolled-back",
  "failed",
]);

export type RunOutcome = z.output<typeof outcomeSchema>;

/** Outcomes that mean that somebody or something has said no. */
export const refusals: readonly RunOutcome[] = ["failed", "rolled-back", "declined"];

/** What an environment showed of the release with this digest. */
const testSchema = z.object({
  digest: digestSchema,
  /** Smoke checks passed. */
  smoke: z.number().exactOptional(),
  load: loadResultSchema.exactOptional(),
  sample: trackSampleSchema.exactOptional(),
});

export type ReleaseTest = z.output<typeof testSchema>;

/** `run.json`: one execution of training and what came of it. Each step finds its inputs here and leaves its results. */
export const runRecordSchema = z.object({
  id: z.string(),
  model: z.string(),
  /** Counts the model's runs: their order, whatever the clock said. Absent in older records, which sort first. */
  sequence: z.number().int().positive().exactOptional(),
  startedAt: z.string(),
  finishedAt: z.string().exactOptional(),
  outcome: outcomeSchema,
  /** The outcome in a sentence. */
  explanation: z.string(),
  /** The data the run works on: an absolute path here, one as `toHomePath` gives it in the file. */
  dataFile: z.string(),
  steps: z.array(stepRecordSchema),
  /** Columns of another population than the champion's that were accepted: by what, and what was found. */
  acceptedPopulation: z
    .array(z.object({ column: z.string(), by: z.string(), reason: z.string() }))
    .exactOptional(),
  /** `name:version`, once registered. */
  version: z.string().exactOptional(),
  /** What the package is made of, once packaged; QA and production get this one. */
  release: packagedReleaseSchema.exactOptional(),
  /** What the environments that test have shown, by their names. */
  tests: z.record(z.string(), testSchema).exactOptional(),
  approval: z.object({ by: z.string(), at: z.string() }).exactOptional(),
  canary: z.array(canaryStageSchema).exactOptional(),
});

export type RunRecord = z.output<typeof runRecordSchema>;

/** A record as it is on disk. */
const storedRunSchema = runRecordSchema.extend({
  /** Who works on the run, while it is running. */
  process: processIdentitySchema.exactOptional(),
});

/** How a run stands that ended before its time; `how` is a sentence. */
export function standingWhenEnded(
  { version }: Pick<RunRecord, "version">,
  how: string,
): { readonly outcome: RunOutcome; readonly explanation: string } {
  return version === undefined
    ? { outcome: "stopped", explanation: how }
    : { outcome: "registered", explanation: `${version} is registered. ${how}` };
}

/** Newest first. */
function byAge(a: RunRecord, b: RunRecord): number {
  return (b.sequence ?? 0) - (a.sequence ?? 0) || (a.id < b.id ? 1 : -1);
}

/** The runs below a folder: one folder each, in the order of their sequence. */
export class Runs {
  constructor(
    /** In the home. */
    private readonly directory: string,
    /** Is told of each run that is left out of a list because its record is corrupt. */
    private readonly report: (error: PlatformError) => void,
  ) {}

  async create(model: string, dataFile: string, now: Date, id = newRunId(model, now)): Promise<RunRecord> {
    const [newest] = await this.list(model);
    const run: RunRecord = {
      id,
      model,
      sequence: (newest?.sequence ?? 0) + 1,
      startedAt: now.toISOString(),
      outcome: "running",
      explanation: "The run has not ended.",
      dataFile,
      steps: [],
    };
    await this.save(run);
    return run;
  }

  /** A file or folder of a run. */
  path(id: string, ...rest: string[]): string {
    return path.join(this.directory, id, ...rest);
  }

  /** The model directory that a run makes. */
  modelDirectory(id: string): string {
    return this.path(id, "model");
  }

  async save(run: RunRecord): Promise<void> {
    const { dataFile, release } = run;
    await writeJson(this.path(run.id, "run.json"), {
      ...run,
      ...(run.outcome === "running" && { process: ownIdentity() }),
      dataFile: toHomePath(this.home, dataFile),
      ...(release && { release: { ...release, package: toHomePath(this.home, release.package) } }),
    });
  }

  async get(id: string): Promise<RunRecord> {
    const run = /^[\w-]+$/.test(id) ? await this.find(id) : undefined;
    if (run === undefined) {
      throw new PlatformError(
        "NOT_FOUND",
        `There is no run "${id}" in ${this.directory}. \`mlops status\` lists them.`,
      );
    }
    return run;
  }

  /** The record of a run; STORAGE_FAILED when it is not as it was written. */
  async find(id: string): Promise<RunRecord | undefined> {
    const remedy = `Restore it from a backup, or delete ${this.path(id)}.`;
    const run = await findRecord(this.path(id, "run.json"), storedRunSchema, remedy);
    if (run === undefined || run.id === id) return run && this.located(run);
    throw new PlatformError(
      "STORAGE_FAILED",
      `${this.path(id, "run.json")} is the record of another run, ${run.id}. ${remedy}`,
    );
  }

  private get home(): string {
    return path.dirname(this.directory);
  }

  /** A record as it is on disk, with the paths that it has on this machine now. */
  private async located({ process: worker, ...run }: z.output<typeof storedRunSchema>): Promise<RunRecord> {
    const { dataFile, release } = run;
    const isKilled = run.outcome === "running" && worker !== undefined && stateOfProcess(worker) === "gone";
    const folder = release && (await packageFromHomePath(this.home, release.package));
    return {
      ...run,
      ...(isKilled && standingWhenEnded(run, "The process that worked on the run was killed.")),
      dataFile: fromHomePath(this.home, dataFile),
      ...(release && folder !== undefined && { release: { ...release, package: folder } }),
    };
  }

  /** Newest first. */
  async list(model: string): Promise<RunRecord[]> {
    let names: string[];
    try {
      names = await readdir(this.directory);
    } catch (error) {
      if (systemErrorCode(error) === "ENOENT") return [];
      throw error;
    }
    const found = await mapInBatches(names, (name) => this.findSound(name));
    return found
      .filter((run) => run !== undefined)
      .filter((run) => run.model === model)
      .sort(byAge);
  }

  /** A run whose record can be read; one that cannot is reported. */
  async findSound(id: string): Promise<RunRecord | undefined> {
    try {
      return await this.find(id);
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      this.report(error);
      return undefined;
    }
  }

  /** The newest run of a model that `matches`; `what` says what was looked for. */
  async newest(
    model: string,
    what: string,
    remedy: string,
    matches: (run: RunRecord) => boolean = () => true,
  ): Promise<RunRecord> {
    const run = (await this.list(model)).find(matches);
    if (!run) throw new PlatformError("NOT_FOUND", `There is no ${what} of ${model}. ${remedy}`);
    return run;
  }
}
