import type { Command } from "commander";
import { shownPath } from "../../platform/base/shown-path";
import { shortDigest } from "../../platform/base/files";
import { PlatformError } from "../../platform/base/errors";
import type { Collection } from "../../platform/data/versions/version-record";
import type { CollectFlags } from "../data/collect-data";
import type { DataUsage } from "../data/data-usage";
import type { Restored } from "../data/restore-data";
import type { Session } from "../session/session";
import type { TargetName } from "../session/target";
import { describeCollected } from "../data/describe-collected";
import { formatTable } from "../terminal/format-table";
import type { CommandScope } from "./command-scope";
import type { ModelFlags } from "./open-command";
import { openCommand } from "./open-command";
import { addPush } from "./push-command";
import { environmentOption, jsonOption, modelOption, targetOption } from "./options";

// Loaded where a verb runs: help and usage errors come without them.
const collecting = () => require("../data/collect-data") as typeof import("../data/collect-data");
const logs = () => require("../watching/prediction-log-of") as typeof import("../watching/prediction-log-of");
const truths = () => require("../watching/truth-of") as typeof import("../watching/truth-of");
const dataUsage = () => require("../data/data-usage") as typeof import("../data/data-usage");
const restoring = () => require("../data/restore-data") as typeof import("../data/restore-data");

/** How many rows came from a prediction log, and which versions had scored them. */
function describeOrigin(collected: Collection | undefined): string {
  if (collected === undefined) return "";
  return `${collected.added} of ${collected.predictedBy.map(({ model }) => model).join(", ")}`;
}

function addVersions(data: Command, scope: CommandScope): void {
  data
    .command("versions")
    .description("list the data that was trained on or collected, and what was trained on it")
    .addOption(modelOption())
    .addOption(targetOption())
    .addOption(jsonOption())
    .action(async (flags: ModelFlags) => {
      const { session, loaded } = await openCommand(scope, flags);
      const { name } = loaded.definition;
      const usage = await dataUsage().usageOfData(session, name);
      const nothing: DataUsage = { runs: [], versions: [] };
      const versions = (await restoring().dataVersionsOf(session).list(name)).map((version) => ({
        ...version,
        usedBy: usage.get(version.digest) ?? nothing,
      }));
      const table = formatTable(
        ["digest", "rows", "collected", "columns", "kept", "source", "versions", "runs"],
        versions.map(({ digest, rows, collected, columns, keptAt, source, usedBy }) => [
          shortDigest(digest),
          String(rows),
          describeOrigin(collected),
          String(columns.length),
          keptAt,
          source,
          usedBy.versions.join(", "),
          usedBy.runs.join(", "),
        ]),
      );
      const none = `No data of ${name} is kept yet. \`mlops train --model ${name}\` keeps what it trains on.`;
      session.output.result(versions, versions.length > 0 ? table : none);
    });
}

function describeRestored({ file, unchanged, former, movedTo }: Restored, digest: string): string {
  if (unchanged) return `${shownPath(file)} is data version ${shortDigest(digest)} already.`;
  return [
    `${shownPath(file)} is data version ${shortDigest(digest)} again.`,
    ...(former === undefined ? [] : [`What was there is kept as data version ${shortDigest(former)}.`]),
    ...(movedTo === undefined ? [] : [`What was there was moved to ${shownPath(movedTo)}.`]),
  ].join(" ");
}

function addRestore(data: Command, scope: CommandScope): void {
  data
    .command("restore")
    .argument("<digest>", "digest of a data version, or its first characters")
    .description("write a data version back, after checking every byte of it")
    .addOption(modelOption())
    .option("--output <path>", "file, or folder, to write (default: the model's own data)")
    .option("--force", "replace what is there; it is kept as a version, or moved aside")
    .addOption(targetOption())
    .addOption(jsonOption())
    .action(async (digest: string, flags: ModelFlags & { output?: string; force?: boolean }) => {
      const { session, loaded } = await openCommand(scope, flags, { changes: "restoring data" });
      const version = await restoring().dataVersionsOf(session).get(loaded.definition.name, digest);
      const restored = await restoring().restoreData(session, loaded.definition, {
        version,
        output: flags.output ?? loaded.dataFile,
        force: flags.force ?? false,
      });
      session.output.result(
        { ...restored, digest: version.digest, rows: version.rows },
        describeRestored(restored, version.digest),
      );
    });
}

type CollectingFlags = ModelFlags &
  Partial<CollectFlags> &
  Pick<CollectFlags, "environment"> & {
    readonly target: TargetName;
  };

/** Where truth was delivered; throws USAGE where there is none, and the command names none. */
async function deliveredTruth(session: Session, flags: CollectingFlags): Promise<string> {
  const found = await truths().findTruth(session, flags);
  if (found !== undefined) return found;
  throw new PlatformError(
    "USAGE",
    `There is no truth about ${flags.model}: --labels was not given, and none was delivered to MLOPS_TRUTH or the environment's stack. One is expected. Name a file with --labels.`,
  );
}

/** The verb that makes training data of the prediction log. */
export function addCollect(program: Command, scope: CommandScope): void {
  program
    .command("collect")
    .description(
      "join the prediction log with ground truth by request id, and add the rows to the model's data; none is there twice",
    )
    .option(
      "--labels <file>",
      "CSV or Parquet file with the columns request_id, row (optional, from 0) and the target, or its address in a blob container (default: what was delivered to MLOPS_TRUTH, in Azure to the environment's stack)",
    )
    .option("--output <file>", "CSV file to write instead: the model's data with the new rows")
    .option("--only-new", "write the labelled rows alone, to --output")
    .option("--force", "replace the file of --output")
    .addOption(modelOption())
    .addOption(environmentOption("production"))
    .addOption(targetOption())
    .addOption(jsonOption())
    .action(async (flags: CollectingFlags) => {
      const { session, loaded } = await openCommand(scope, flags, { changes: "collecting data" });
      const predictions = await logs().predictionLogOf(session, flags);
      const labels = flags.labels ?? (await deliveredTruth(session, flags));
      const collected = await collecting().collectData({ ...session, predictions }, loaded, {
        ...flags,
        labels,
      });
      const { environment, onlyNew = false } = flags;
      const described = { model: loaded.definition.name, environment, next: !onlyNew };
      session.output.result(collected, describeCollected(collected, described));
    });
}

/** Verbs on the versions of a model's data. */
export function addDataVersions(data: Command, scope: CommandScope): void {
  addVersions(data, scope);
  addRestore(data, scope);
  addPush(data, scope);
}
