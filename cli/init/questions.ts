import { quoted, counted } from "../../platform/base/wording";
import { PlatformError } from "../../platform/base/errors";
import type { Task } from "../../platform/definition/definition";
import { idRank } from "./describe-column";
import { describeTarget, numberedClasses, type DescribedTarget } from "./describe-target";
import type { SeenFile } from "./seen-file";
import type { SeenColumn } from "./seen-columns";

/** What a user says of a file, or is asked for. */
export interface Answers {
  readonly target?: string;
  readonly id?: string;
  readonly task?: Task;
  /** Column that says whose rows they are, or when. */
  readonly group?: string;
  readonly time?: string;
  /** Share of the rows to hold out, 0..1. */
  readonly testFraction?: number;
}

/** Asks a user; an empty answer takes what is suggested. Absent where there is nobody to ask. */
export type Ask = (question: string) => Promise<string>;

function findColumn({ columns, from }: SeenFile, name: string, flag: string): SeenColumn {
  const found = columns.find((column) => column.name === name);
  if (found) return found;
  const names = quoted(
    columns.map((column) => column.name),
    30,
  );
  throw new PlatformError(
    "USAGE",
    `"${name}" is not a column of ${from}. Columns: ${names}. Name one with ${flag}.`,
  );
}

/** The split that was asked for, by columns that the file has. */
export function chooseSplit(file: SeenFile, { group, time }: Answers): { group?: string; time?: string } {
  if (group !== undefined && time !== undefined) {
    throw new PlatformError(
      "USAGE",
      "--group and --time each say which rows are held out. Expected at most one. Leave one of them out.",
    );
  }
  return {
    ...(group !== undefined && { group: findColumn(file, group, "--group").name }),
    ...(time !== undefined && { time: findColumn(file, time, "--time").name }),
  };
}

/** Asks until the answer is one that can be used. */
async function askFor<T>(ask: Ask, question: string, read: (answer: string) => T): Promise<T> {
  let fault = "";
  for (;;) {
    const answer = (await ask(`${fault}${question}`)).trim();
    try {
      return read(answer);
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      fault = `${error.message}\n`;
    }
  }
}

/** The column to predict: the one that was named, or else that of a usual name, or the last. */
export async function chooseTarget(
  file: SeenFile,
  { target }: Answers,
  ask: Ask | undefined,
): Promise<SeenColumn> {
  const names = file.columns.map(({ name }) => name);
  const likely = names.find((name) => /^(target|label|y)$/i.test(name)) ?? names.at(-1) ?? "";
  if (target !== undefined || ask === undefined) return findColumn(file, target ?? likely, "--target");
  return askFor(ask, `Columns: ${quoted(names, 30)}.\nWhich one is to be predicted? [${likely}] `, (answer) =>
    findColumn(file, answer === "" ? likely : answer, "--target"),
  );
}

function requireId(facts: SeenColumn): SeenColumn {
  const { name, rows, present, distinct } = facts;
  if (present === rows && distinct === rows) return facts;
  const fault =
    present < rows
      ? `missing in ${counted(rows - present, "row")}`
      : `repeated in ${counted(rows - distinct, "row")}`;
  throw new PlatformError(
    "DATA_INVALID",
    `"${name}" is ${fault}. Each row has an id of its own. Name another column with --id, or leave it out.`,
  );
}

/** The column that tells rows apart, if there is one. */
export async function chooseId(
  file: SeenFile,
  { target, answers, ask }: { target: SeenColumn; answers: Answers; ask: Ask | undefined },
): Promise<string | undefined> {
  if (answers.id !== undefined) return requireId(findColumn(file, answers.id, "--id")).name;
  const ranked = file.columns
    .filter((column) => column !== target && idRank(column) > 0)
    .toSorted((a, b) => idRank(b) - idRank(a));
  const [first, second] = ranked;
  // One by its name is no question.
  const isPlain =
    first === undefined || (idRank(first) === 2 && (second === undefined || idRank(second) < 2));
  if (isPlain || ask === undefined) return first?.name;
  const names = quoted(ranked.map(({ name }) => name));
  return askFor(
    ask,
    `Each row has a value of its own in ${names}. Which is its id? [${first.name}, or none] `,
    (answer) =>
      answer === "none"
        ? undefined
        : requireId(findColumn(file, answer === "" ? first.name : answer, "--id")).name,
  );
}

/** The task, which a target of a few whole numbers does not tell. */
export async function chooseTask(
  facts: SeenColumn,
  { task }: Answers,
  ask: Ask | undefined,
): Promise<DescribedTarget> {
  const classes = numberedClasses(facts);
  if (task !== undefined || ask === undefined || classes === undefined) return describeTarget(facts, task);
  const question = `"${facts.name}" is ${facts.min} to ${facts.max}. Are these amounts, or the names of ${classes} classes? [amounts or classes] `;
  return describeTarget(facts, await askFor(ask, question, readTask));
}

function readTask(answer: string): Task {
  if (/^a(mounts?)?$/i.test(answer)) return "regression";
  if (/^c(lass(es)?)?$/i.test(answer)) return "classification";
  throw new PlatformError("USAGE", `"${answer}" is neither. Expected amounts or classes.`);
}
