import { dayMs } from "../../platform/base/durations";
import { modelDefinitionSchema, type ModelDefinition } from "../../platform/definition/definition";
import { measureDrift } from "../../platform/drift/drift";
import type { Profile } from "../../platform/drift/profile";
import { profileNumbers, profileRecordsAgainst, profileTexts } from "../../platform/drift/profile-values";
import {
  decideRetraining,
  type RetrainingDecision,
  type WatchFindings,
} from "../../platform/gate/retraining-policy";
import { computeMetrics } from "../../platform/metrics/compute-metrics";
import type { ScoredRows } from "../../platform/metrics/evaluation";
import { measurePerformance } from "../../platform/predictions/performance";
import { chanceOf, type Chance } from "./chance";

/** Days that are watched: half a year. A change comes in the middle. */
export const watchedDays = 26 * 7;
const begin = Date.UTC(2026, 0, 1);

const trainingRows = 400;
const heldOutRows = 100;
/** As `mlops monitor --act` has them by default. */
export const limits = { coolDownHours: 24, maxPerWeek: 2 };

export interface WeeksScenario {
  readonly name: string;
  readonly task: ModelDefinition["task"];
  /** Rows that are asked for in a day, each day looked at by itself. */
  readonly rowsADay: number;
  /** Whether their truth is known when they are looked at. */
  readonly truth: boolean;
  /** Middle of the time: inputs move by a standard deviation, or the target by one of its noise. */
  readonly change?: "inputs" | "relation";
}

const without: Omit<WeeksScenario, "name"> = { task: "regression", rowsADay: 200, truth: true };

export const weeksScenarios: readonly WeeksScenario[] = [
  { ...without, name: "nothing changes" },
  { ...without, name: "nothing changes, without truth", truth: false },
  { ...without, name: "nothing changes, two classes", task: "classification" },
  { ...without, name: "nothing changes, 60 rows a day", rowsADay: 60 },
  { ...without, name: "the relation changes", change: "relation" },
  { ...without, name: "the relation changes, two classes", task: "classification", change: "relation" },
  { ...without, name: "inputs move, without truth", truth: false, change: "inputs" },
];

/** What came of watching versions for half a year each. */
export interface WeeksCounts {
  /** Looks while nothing had changed, and how many of them called it drift, or a fall. */
  readonly looks: number;
  readonly drifted: number;
  readonly fell: number;
  /** Retrainings while nothing had changed. */
  readonly retrainings: number;
  /** The most that fell into any seven days. */
  readonly mostInAWeek: number;
  /** Of each version, the windows from a change on until a retraining was decided; Infinity where none was. */
  readonly foundAfter: readonly number[];
}

interface Row {
  readonly size: number;
  readonly age: number;
  readonly district: string;
  /** What the target is but for chance. */
  readonly level: number;
  readonly actual: number;
}

const districts = ["hill", "harbour", "centre", "station"] as const;

/** Fresh rows of the population, as it is or changed. */
function draw(count: number, chance: Chance, scenario: Pick<WeeksScenario, "task" | "change">): Row[] {
  const { task, change } = scenario;
  return Array.from({ length: count }, () => {
    const size = Math.exp(0.5 * (chance.normal() + (change === "inputs" ? 1 : 0)));
    const age = chance.normal();
    const place = Math.floor(districts.length * (1 - chance.uniform()));
    const level = size - 0.5 * age + 0.4 * place - 1.5;
    if (task === "regression") {
      const moved = change === "relation" ? 1 : 0;
      return {
        size,
        age,
        district: districts[place] ?? "hill",
        level,
        actual: level + moved + chance.normal(),
      };
    }
    // Of two classes the relation is weaker then.
    const slope = change === "relation" ? 0.3 : 2;
    const actual = Number(chance.uniform() < 1 / (1 + Math.exp(-slope * level)));
    return { size, age, district: districts[place] ?? "hill", level, actual };
  });
}

/** A version: what it predicts, what it was trained on, and what was measured when it was registered. */
interface Version {
  readonly predict: (row: Row) => number;
  readonly reference: Profile;
  readonly registered: { readonly rows: number; readonly metrics: ReturnType<typeof computeMetrics> };
}

function scored(rows: readonly Row[], predict: Version["predict"]): ScoredRows {
  return {
    actual: Float64Array.from(rows, (row) => row.actual),
    predicted: Float64Array.from(rows, predict),
  };
}

function register(chance: Chance, { task }: WeeksScenario): Version {
  const training = draw(trainingRows, chance, { task });
  const heldOut = draw(heldOutRows, chance, { task });
  // What is fitted is right but for the chance of the rows that it was fitted to.
  const [slope, offset] = [1 + 0.05 * chance.normal(), 0.05 * chance.normal()];
  const predict = ({ level }: Row): number => {
    const value = slope * level + offset;
    return task === "regression" ? value : 1 / (1 + Math.exp(-2 * value));
  };
  return {
    predict,
    reference: {
      rows: trainingRows,
      columns: {
        size: profileNumbers(training.map(({ size }) => size)),
        age: profileNumbers(training.map(({ age }) => age)),
        district: profileTexts(training.map(({ district }) => district)),
      },
      prediction: profileNumbers(heldOut.map(predict)),
    },
    registered: { rows: heldOutRows, metrics: computeMetrics(task, scored(heldOut, predict)) },
  };
}

function definitionOf(task: WeeksScenario["task"]): ModelDefinition {
  const regression = task === "regression";
  return modelDefinitionSchema.parse({
    name: "weeks",
    task,
    data: "data.csv",
    columns: [
      { name: "size", type: "number" },
      { name: "age", type: "number" },
      { name: "district", type: "category" },
      { name: "target", type: regression ? "number" : "boolean", role: "target" },
    ],
    trainer: regression ? { kind: "ridge", alpha: 1 } : { kind: "logistic", l2: 1 },
    gate: { metric: regression ? "rmse" : "auc" },
  });
}

/** A look at a day's rows, as `monitor` makes it. */
async function look(
  rows: readonly Row[],
  { predict, reference, registered }: Version,
  { definition, truth }: { readonly definition: ModelDefinition; readonly truth: boolean },
): Promise<WatchFindings> {
  const records = rows.map((row) => {
    const { size, age, district } = row;
    return { inputs: [{ size, age, district }], outputs: [predict(row)] };
  });
  const current = await profileRecordsAgainst(reference, records);
  const drift = measureDrift(reference, current, definition.drift);
  return {
    judged: drift.judged,
    drifted: drift.columns.filter(({ drifted }) => drifted).map(({ column }) => column),
    ...(truth && { performance: measurePerformance(definition, scored(rows, predict), registered) }),
    // The rows of each day are new.
    hasNewRows: true,
  };
}

/** The most of some times, rising, that fall into any seven days. */
export function mostInAWeek(times: readonly Date[]): number {
  const from = (first: Date): number =>
    times.filter((time) => time >= first && time.getTime() < first.getTime() + 7 * dayMs).length;
  return Math.max(0, ...times.map(from));
}

/** Watches one version for half a year, a look a day, by the rules of `monitor --act`. */
async function watchVersion(
  scenario: WeeksScenario,
  definition: ModelDefinition,
  chance: Chance,
): Promise<Omit<WeeksCounts, "foundAfter"> & { readonly foundAfter?: number }> {
  const version = register(chance, scenario);
  const { task, change, rowsADay, truth } = scenario;
  const changesOn = change === undefined ? Infinity : watchedDays / 2;
  const retrainings: Date[] = [];
  let [looks, drifted, fell, falseRetrainings] = [0, 0, 0, 0];
  let foundAfter = change === undefined ? undefined : Infinity;
  for (let day = 0; day < watchedDays && (day < changesOn || foundAfter === Infinity); day++) {
    const now = new Date(begin + day * dayMs);
    const rows = draw(rowsADay, chance, { task, ...(day >= changesOn && change && { change }) });
    const findings = await look(rows, version, { definition, truth });
    const { action }: RetrainingDecision = decideRetraining(findings, { limits, now, retrainings });
    if (action === "retrain") retrainings.push(now);
    if (day >= changesOn) {
      if (action === "retrain") foundAfter = day - changesOn + 1;
      continue;
    }
    looks += 1;
    if (findings.drifted.length > 0) drifted += 1;
    if (findings.performance?.fell) fell += 1;
    if (action === "retrain") falseRetrainings += 1;
  }
  return {
    looks,
    drifted,
    fell,
    retrainings: falseRetrainings,
    mostInAWeek: mostInAWeek(retrainings),
    ...(foundAfter !== undefined && { foundAfter }),
  };
}

/** Watches so many versions, each for half a year. */
export async function simulateWeeks(
  scenario: WeeksScenario,
  versions: number,
  seed: number,
): Promise<WeeksCounts> {
  const chance = chanceOf(seed);
  const definition = definitionOf(scenario.task);
  let sum: WeeksCounts = { looks: 0, drifted: 0, fell: 0, retrainings: 0, mostInAWeek: 0, foundAfter: [] };
  for (let version = 0; version < versions; version++) {
    const one = await watchVersion(scenario, definition, chance);
    sum = {
      looks: sum.looks + one.looks,
      drifted: sum.drifted + one.drifted,
      fell: sum.fell + one.fell,
      retrainings: sum.retrainings + one.retrainings,
      mostInAWeek: Math.max(sum.mostInAWeek, one.mostInAWeek),
      foundAfter: [...sum.foundAfter, ...(one.foundAfter === undefined ? [] : [one.foundAfter])],
    };
  }
  return sum;
}
