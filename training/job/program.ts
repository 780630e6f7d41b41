import path from "node:path";
import type { DataVersions } from "../../platform/data/versions/data-versions";
import { openDataVersions } from "../../platform/data/versions/open-data-versions";
import type { Settings } from "../../platform/settings/settings";
import type { TrainingRequest } from "../directory/training-request";
import type { Champions } from "../inputs/champions";
import type { Workbench } from "../inputs/workbench";

/** For data that was compared with the champion's by a step before. */
export const noChampions: Champions = { find: () => Promise.resolve(undefined) };

/** The commit in a revision of the image's: `<commit>` or `<commit>-dirty`. */
function codeOf(revision: string | undefined): TrainingRequest["code"] {
  if (revision === undefined || revision === "") return {};
  return { commit: revision.replace(/-dirty$/, ""), dirty: revision.endsWith("-dirty") };
}

const onOutput = (line: string): void => void process.stderr.write(`${line}\n`);

/** What the program of the training image adds to each training: its code, where a trainer's output goes, and where Python environments are. */
export function ofProgram({
  codeRevision,
  pythonEnvironments,
}: Settings<"training">): Pick<TrainingRequest, "code" | "onOutput" | "environments"> {
  return {
    code: codeOf(codeRevision),
    onOutput,
    environments: path.resolve(pythonEnvironments),
  };
}

/** The data that models were trained on, where the settings say that it is kept. */
export function versionsOf({ dataVersions }: Settings<"training">): Promise<DataVersions | undefined> {
  return openDataVersions(dataVersions, onOutput);
}

/** Keeps the data that is trained on as a version of it, where the settings say. */
export async function keepData(
  settings: Settings<"training">,
  { definition, source }: Workbench,
): Promise<void> {
  const versions = await versionsOf(settings);
  await versions?.keep(definition, source, new Date());
}
