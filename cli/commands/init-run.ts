import path from "node:path";
import { PlatformError } from "../../platform/base/errors";
import { shownPath } from "../../platform/base/shown-path";
import { modelsDirectory } from "../../platform/definition/definitions";
import { readEnvironments } from "../../platform/release/environments";
import { readSettings } from "../../platform/settings/settings";
import type { TrainerChoice } from "../init/choose-trainer";
import { adviceLines } from "../init/advise";
import { describeDraft } from "../init/draft-table";
import { initModel, type InitRequest, type MadeModel } from "../init/init";
import { describeMigration } from "../init/mlopspython/describe-migration";
import { dataToMigrate, planMigration, type Migration } from "../init/mlopspython/migration";
import { readProject } from "../init/mlopspython/project";
import type { Answers } from "../init/questions";
import { ask, isInteractive } from "../terminal/ask";
import { openOutput } from "../terminal/output";

export interface InitFlags extends Answers, TrainerChoice {
  readonly from?: string;
  readonly fromMlopspython?: string;
  readonly json?: boolean;
}

type Request = Omit<InitRequest, "name" | "models">;

/** What `--from-mlopspython` gives, below what the other options say. */
async function requestOf(
  name: string,
  { fromMlopspython: folder, from, ...given }: Omit<InitFlags, "json">,
): Promise<{ request: Request; migration?: Migration }> {
  if (folder === undefined) {
    if (from !== undefined) return { request: { ...given, from } };
    throw new PlatformError(
      "USAGE",
      "What is the model to be made from? Expected --from with a file of data, or --from-mlopspython with a project's folder. Add one of them.",
    );
  }
  const migration = planMigration(await readProject(folder), {
    model: name,
    environments: readEnvironments(),
  });
  const { target, testFraction, task, trainer } = migration.program;
  const request = {
    ...(target !== undefined && { target }),
    ...(testFraction !== undefined && { testFraction }),
    ...(task !== undefined && { task }),
    ...(given.trainer === undefined && trainer),
    ...given,
    from: dataToMigrate(folder, migration, from),
  };
  return { request, migration };
}

function describeProgram({ program, file }: MadeModel): string[] {
  if (program.length === 0) return [];
  return [`Wrote ${program.join(", ")} in ${shownPath(path.dirname(file))}: train.py is yours to change.`];
}

/** Makes the model's folder and says what is in it. */
export async function runInit(name: string, { json = false, ...flags }: InitFlags): Promise<void> {
  const models = readSettings("cli", process.env).models ?? modelsDirectory;
  const asking = !json && isInteractive() ? { ask: (question: string) => ask(question) } : {};
  const { request, migration } = await requestOf(name, flags);
  const made = await initModel({ name, ...request, models, ...asking });
  const output = await openOutput(json);
  const { file, columns, notes, advice, baseline, program } = made;
  output.result(
    {
      model: name,
      definition: file,
      columns: columns.map(({ name: column, taken, why }) => ({ name: column, taken, why })),
      notes: [...notes, ...adviceLines(advice), baseline],
      program,
      ...(migration && { counterparts: migration.counterparts, commands: migration.commands }),
    },
    [
      ...(migration ? [describeMigration(migration)] : []),
      describeDraft(made),
      ...describeProgram(made),
      `Wrote ${shownPath(file)}. Check it against what you know, then: npm start -- --model ${name}`,
    ].join("\n"),
  );
}
