import type { Settings } from "../../platform/settings/settings";
import type { TrainingRequest } from "../directory/training-request";
import type { Champions } from "../inputs/champions";

/** For data that was compared with the champion's by a step before. */
export const noChampions: Champions = { find: () => Promise.resolve(undefined) };

/** The commit in a revision of the image's: `<commit>` or `<commit>-dirty`. */
function codeOf(revision: string | undefined): TrainingRequest["code"] {
  if (revision === undefined || revision === "") return {};
  return { commit: revision.replace(/-dirty$/, ""), dirty: revision.endsWith("-dirty") };
}

/** What the program of the training image adds to each training: its code, and where a trainer's output goes. */
export function ofProgram({
  codeRevision,
}: Settings<"training">): Pick<TrainingRequest, "code" | "onOutput"> {
  return {
    code: codeOf(codeRevision),
    onOutput: (line) => void process.stderr.write(`${line}\n`),
  };
}
