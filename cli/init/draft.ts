import { checkData } from "../../platform/data/checks/checks";
import { classNames, severalClasses } from "../../platform/definition/class-names";
import { isNamed } from "../../platform/data/csv/csv-header";
import { delimiterNames } from "../../platform/data/csv/csv-delimiter";
import type { Finding } from "../../platform/data/findings";
import { loadData } from "../../platform/data/source";
import { PlatformError } from "../../platform/base/errors";
import { quoted } from "../../platform/base/wording";
import type { ModelDefinition, ModelDefinitionInput } from "../../platform/definition/definition";
import { parseModelDefinition } from "../../platform/definition/definition";
import type { SqlEngine } from "../../platform/sql/engine";
import { advise, type Advice } from "./advise";
import { baselineOf } from "./baseline";
import { describeColumn, type Column, type DescribedColumn, type ManyValues } from "./describe-column";
import { positiveLast } from "./describe-target";
import { chooseTrainer, type TrainerChoice } from "./choose-trainer";
import { loosenedChecks } from "./loosened-checks";
import { lookAtTarget, type TargetFacts } from "./target-facts";
import { chooseId, chooseSplit, chooseTarget, chooseTask, type Answers, type Ask } from "./questions";
import { trainerRule, type TrainerKind } from "../../platform/definition/trainers";
import { lookAtFile, type SeenFile } from "./seen-file";

/** A definition for what was seen of a file, and what became of each column. */
export interface Draft {
  readonly definition: ModelDefinitionInput;
  /** In the order of the file. */
  readonly columns: readonly DescribedColumn[];
  /** What the gate's floors come from. */
  readonly baseline: string;
  /** What the target's figures suggest; what is taken over is in the definition. */
  readonly advice: Advice;
  /** How the file writes what is not written in the usual way, and what the checks find in it. */
  readonly notes: readonly string[];
}

interface DraftRequest {
  readonly name: string;
  readonly from: string;
  /** Where the data will be, from the model's folder. */
  readonly data: string;
  readonly answers: Answers;
  readonly trainer: TrainerChoice;
  readonly ask?: Ask | undefined;
}

/** Looks at a file and drafts a definition for it; throws when it can be no model's data. */
export async function draftFor(engine: SqlEngine, request: DraftRequest): Promise<Draft> {
  const { name, from, data, answers, trainer, ask } = request;
  const file = await lookAtFile(engine, from);
  const target = await chooseTarget(file, answers, ask);
  const { task, column, why: told } = await chooseTask(target, answers, ask);
  const isGuessed = answers.target === undefined && ask === undefined;
  const why = `${task}: it ${told}${isGuessed ? "; nobody has named the target, --target names another" : ""}`;
  const { group, time } = chooseSplit(file, answers);
  const id = await chooseId(file, { target, answers, ask });
  const several = severalClasses(classNames(column)) !== undefined;
  const fitted = chooseTrainer(trainer, task);
  const manyValues = manyValuesFor(fitted.kind, several);
  const describe = (rowNumbers: "leave out" | "keep"): DescribedColumn[] =>
    file.header.map((header) => {
      const facts = file.columns.find((one) => one.name === header);
      if (!facts || !isNamed(header)) return nameless;
      if (facts === target) return { name: header, taken: "target", why, column };
      if (header === id) return asId(header);
      if (header === group) return { name: header, taken: "left out", why: "says whose a row is" };
      if (header === time) return { name: header, taken: "left out", why: "says when a row was made" };
      return describeColumn(facts, { rowNumbers, manyValues });
    });
  // Numbers from 1 on may be more than numbers of rows, if there is nothing else.
  const usual = describe("leave out");
  const described = hasFeature(usual) ? usual : describe("keep");
  const base: Beginning["base"] = {
    name,
    task,
    data,
    ...formatOf(file, described),
    split: {
      testFraction: answers.testFraction ?? 0.2,
      seed: 1,
      ...(group && { group }),
      ...(time && { time }),
    },
    trainer: fitted,
    gate: { metric: task === "regression" ? "rmse" : several ? "logLoss" : "auc" },
  };
  // What is brought here from elsewhere stays as it was there.
  return finish(engine, { file, base, described, isAdvised: trainer.settings === undefined });
}

/** A program encodes by itself. */
function manyValuesFor(kind: TrainerKind, several: boolean): ManyValues {
  if (trainerRule(kind).isProgram) return "any text";
  return several ? "by the classes" : "by the target";
}

const nameless: DescribedColumn = {
  name: "",
  taken: "left out",
  why: "has no name in the header, as programs write the numbers of their rows",
};

function asId(name: string): DescribedColumn {
  const column: Column = { name, type: "category", role: "id" };
  return { name, taken: "id", why: "has a value of its own in each row", column };
}

function columnsOf(described: readonly DescribedColumn[]): Column[] {
  const columns = described.flatMap(({ column }) => (column ? [column] : []));
  const isTarget = ({ role }: Column): boolean => role === "target";
  return [...columns.filter((column) => !isTarget(column)), ...columns.filter(isTarget)];
}

/** The definition's `format`, if the columns that are used need one. */
function formatOf(
  { notation, columns }: SeenFile,
  described: readonly DescribedColumn[],
): Pick<ModelDefinitionInput, "format"> {
  const used = columns.filter(({ name }) => described.some((one) => one.name === name && one.column));
  const missing = [...new Set(used.flatMap((facts) => facts.missing))].sort();
  const { decimal, thousands } = notation;
  const format = {
    ...(decimal !== "." && { decimal }),
    ...(thousands !== undefined && { thousands }),
    ...(missing.length > 0 && { missing }),
  };
  return Object.keys(format).length > 0 ? { format } : {};
}

interface Beginning {
  readonly file: SeenFile;
  readonly base: Omit<ModelDefinitionInput, "columns">;
  readonly described: readonly DescribedColumn[];
  /** Whether what the target's figures suggest is taken over. */
  readonly isAdvised: boolean;
}

/** A definition with what is suggested for its target. */
function withAdvice(
  { split, trainer, ...base }: Beginning["base"],
  { split: parted, trainer: fitted, threshold }: Advice,
): Beginning["base"] {
  return {
    ...base,
    split: { ...split, ...parted?.settings },
    trainer: { ...trainer, ...fitted?.settings },
    ...(threshold && { threshold: threshold.rule }),
  };
}

const noAdvice: Advice = { predicted: "mean" };

/** Reads the file by the draft, as all programs will, and leaves out what gives the target away. */
async function finish(
  engine: SqlEngine,
  { file, base: given, described: columnsSeen, isAdvised }: Beginning,
): Promise<Draft> {
  if (!hasFeature(columnsSeen)) throw noFeature(columnsSeen, file.from);
  const first = parse({ ...given, columns: columnsOf(columnsSeen) }, file.from);
  const source = await loadData(engine, first, file.from);
  const facts = await lookAtTarget(engine, first);
  const { described, facts: ordered } = withPositiveLast(columnsSeen, facts);
  const { split, trainer } = given;
  const isSplitGiven = split?.group !== undefined || split?.time !== undefined;
  const advice = isAdvised ? advise(ordered, { trainer: trainer.kind, isSplitGiven }) : noAdvice;
  const base = withAdvice(given, advice);
  const columns = columnsOf(described);
  const checked = { ...base, columns, ...(await loosenedChecks(engine, columns, file.columns)) };
  const definition = parse(checked, file.from);
  const { findings } = await checkData(engine, definition, source);
  const leaks = new Map(
    findings.filter(({ check }) => check === "leakage").map((leak) => [leak.column, leak]),
  );
  const without = described.map((one) => (leaks.has(one.name) ? asLeak(one, leaks.get(one.name)) : one));
  if (leaks.size > 0 && hasFeature(without)) {
    return finish(engine, { file, base: given, described: without, isAdvised });
  }
  const { gate, comment } = baselineOf(ordered, {
    testFraction: definition.split.testFraction,
    predicted: advice.predicted,
  });
  return {
    definition: { ...checked, gate },
    columns: described,
    baseline: comment,
    advice,
    notes: [
      ...describeFormat(file, definition),
      ...describeOutside(definition),
      ...describeFindings(findings),
    ],
  };
}

/** Of two texts the rare one is positive: its probability is what is asked for. */
function withPositiveLast(
  described: readonly DescribedColumn[],
  facts: TargetFacts,
): { readonly described: readonly DescribedColumn[]; readonly facts: TargetFacts } {
  const target = described.find(({ taken }) => taken === "target");
  const turned = target && facts.task === "classification" ? positiveLast(target, facts) : undefined;
  if (turned === undefined) return { described, facts };
  return {
    described: described.map((one) => (one === target ? turned.target : one)),
    facts: turned.facts,
  };
}

function asLeak({ name }: DescribedColumn, leak: Finding | undefined): DescribedColumn {
  const how =
    /^Feature ".*?" (.*?)\. A model would/s.exec(leak?.message ?? "")?.[1] ?? "gives the target away";
  return { name, taken: "left out", why: `${how}: a model would only copy it` };
}

function describeFormat({ format, delimiter }: SeenFile, definition: ModelDefinition): string[] {
  const { decimal, thousands, missing } = definition.format;
  const example = `1${thousands ?? ""}234${decimal}5`;
  return [
    ...(format === "csv" && delimiter !== undefined && delimiter !== ","
      ? [`Fields are separated by ${delimiterNames[delimiter]}.`]
      : []),
    ...(decimal === "," || thousands !== undefined ? [`"${example}" is read as 1234.5.`] : []),
    ...(missing.length > 0 ? [`A value that is ${quoted(missing)} is missing.`] : []),
  ];
}

function describeOutside({ columns }: ModelDefinition): string[] {
  if (!columns.some(({ outside }) => outside === "warn")) return [];
  return [
    'Values outside of a range or list are taken with a warning; where they are wrong, remove outside: "warn".',
  ];
}

/** What `data check` will say, but for columns that are ignored, as the table has them. */
function describeFindings(findings: readonly Finding[]): string[] {
  return findings
    .filter(({ check }) => check !== "schema")
    .map(({ severity, message }) => `data check will find (${severity}): ${message}`);
}

function hasFeature(described: readonly DescribedColumn[]): boolean {
  return described.some(({ column }) => column !== undefined && column.role === undefined);
}

function noFeature(described: readonly DescribedColumn[], from: string): PlatformError {
  const why = described
    .filter(({ taken }) => taken === "left out")
    .map(({ name, why }) => `"${name}" ${why}`)
    .join("; ");
  return new PlatformError(
    "DATA_INVALID",
    `${from} has no column to predict from: ${why === "" ? "there is only the target" : why}. A model needs numbers, booleans or categories; add a column.`,
  );
}

function parse(definition: ModelDefinitionInput, from: string): ModelDefinition {
  try {
    return parseModelDefinition(definition, from);
  } catch (cause) {
    if (!(cause instanceof PlatformError)) throw cause;
    throw new PlatformError("DATA_INVALID", `${cause.message} Rename these columns in the file.`, { cause });
  }
}
