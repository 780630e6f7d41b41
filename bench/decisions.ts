/**
 * `npm run simulate:decisions`: how often gate, canary and what watches decide rightly, beside the goals. Ends with 1 where a goal is
 * missed. `--runs` plays another number, `--only` what has this in its name.
 */
import { parseArgs } from "node:util";
import { surely } from "./simulation/goals";
import {
  describeJudged,
  isMissed,
  judgeReleases,
  judgeRetrainings,
  judgeWeeks,
  type Judged,
} from "./simulation/judge";
import { whyOutOfReach } from "./simulation/reach";
import { places, scenariosAt } from "./simulation/release-scenarios";
import { simulateReleases } from "./simulation/simulated-releases";
import {
  heldOutRows,
  retrainingScenarios,
  simulateRetrainings,
  trainingRows,
} from "./simulation/simulated-retrainings";
import { limits, simulateWeeks, watchedDays, weeksScenarios } from "./simulation/simulated-weeks";
import { median, printTable } from "./table";

const seed = 20_261_126;
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** Whether a scenario is played. */
type Wanted = (name: string) => boolean;

/** Of each kind of release, how many are rolled back, go on, and are undecided. */
async function printReleases(
  place: keyof typeof places,
  releases: number,
  wanted: Wanted,
): Promise<Judged[]> {
  const scenarios = scenariosAt(place).filter(({ name }) => wanted(`${place}: ${name}`));
  if (scenarios.length === 0) return [];
  console.log(`\nCanary, ${place}: ${releases} releases each`);
  const rows: string[][] = [];
  const all: Judged[] = [];
  const reasons = new Set<string>();
  for (const scenario of scenarios) {
    const counts = await simulateReleases(scenario, releases, seed);
    const judged = judgeReleases(scenario, counts, releases);
    all.push(...judged);
    const reason = judged.some(({ verdict }) => verdict === "out of reach") && whyOutOfReach(scenario);
    if (reason) reasons.add(reason);
    const { rolledBack, undecided, released, rounds } = counts;
    rows.push([
      scenario.isHealthy ? "as good as stable" : "harmful",
      scenario.name,
      ...[rolledBack, undecided, released].map((count) => percent(count / releases)),
      rounds.toFixed(0),
      ...describeJudged(judged),
    ]);
  }
  const longest = place === "laptop" ? "Rounds" : "Minutes";
  printTable(
    ["The candidate is", "How", "Rolled back", "Undecided", "Released", longest, "Goal", "Verdict"],
    rows,
  );
  for (const reason of reasons) console.log(`Out of reach: ${reason}`);
  return all;
}

/** How many retrainings the gate promotes, beside how many have the better figure. */
function printRetrainings(retrainings: number, wanted: Wanted): Judged[] {
  const scenarios = retrainingScenarios.filter(({ name }) => wanted(`retraining: ${name}`));
  if (scenarios.length === 0) return [];
  console.log(
    `\nGate: ${retrainings} retrainings on fresh draws of one population, ${trainingRows} training rows, ${heldOutRows} held out`,
  );
  const all: Judged[] = [];
  const rows = scenarios.map((scenario) => {
    const shares = simulateRetrainings(scenario, retrainings, seed);
    const { anyBetter, promoted } = shares;
    const judged = judgeRetrainings(scenario, shares, retrainings);
    all.push(...judged);
    return [scenario.name, scenario.metric, percent(anyBetter), percent(promoted), ...describeJudged(judged)];
  });
  printTable(["The candidates are", "Metric", "Better figure", "Promoted", "Goal", "Verdict"], rows);
  return all;
}

/** Versions that are watched for half a year, as a share of the runs: each is looked at 182 times. */
const runsPerVersion = 50;

/** What watching takes for a change while there is none, and how soon it finds one. */
async function printWeeks(runs: number, wanted: Wanted): Promise<Judged[]> {
  const scenarios = weeksScenarios.filter(({ name }) => wanted(`weeks: ${name}`));
  if (scenarios.length === 0) return [];
  const versions = Math.max(2, Math.round(runs / runsPerVersion));
  console.log(
    `\nWatching: ${versions} versions for ${watchedDays / 7} weeks each, a look a day; at most ${limits.maxPerWeek} retrainings in seven days, ${limits.coolDownHours} hours apart`,
  );
  const all: Judged[] = [];
  const rows: string[][] = [];
  for (const scenario of scenarios) {
    const counts = await simulateWeeks(scenario, versions, seed);
    const { looks, drifted, fell, retrainings, mostInAWeek, foundAfter } = counts;
    const judged = judgeWeeks(counts);
    all.push(...judged);
    rows.push([
      scenario.name,
      looks.toLocaleString("en-US"),
      ...[drifted, fell].map((count) => percent(count / looks)),
      (retrainings / (looks / 7)).toFixed(2),
      String(mostInAWeek),
      foundAfter.length === 0 ? "" : `${median(foundAfter)}, at most ${Math.max(...foundAfter)}`,
      ...describeJudged(judged),
    ]);
  }
  printTable(
    [
      "What happens",
      "Looks",
      "Called drift",
      "Called a fall",
      "Retrainings a week",
      "Most in seven days",
      "Found after looks",
      "Goal",
      "Verdict",
    ],
    rows,
  );
  return all;
}

/** Prints how often decisions are right; 1 where a goal is missed. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { runs: { type: "string", default: "1000" }, only: { type: "string", default: "" } },
  });
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1) {
    throw new Error(`--runs is ${values.runs}. Expected a whole number from 1. Correct it.`);
  }
  let played = 0;
  const wanted: Wanted = (name) => {
    const isWanted = name.includes(values.only);
    if (isWanted) played += 1;
    return isWanted;
  };
  const judged = [...printRetrainings(runs, wanted), ...(await printWeeks(runs, wanted))];
  for (const place of Object.keys(places) as (keyof typeof places)[]) {
    judged.push(...(await printReleases(place, runs, wanted)));
  }
  if (played === 0) {
    throw new Error(
      `--only is "${values.only}", which nothing has in its name. Expected a part of a name, as in "laptop: takes half as long again" or "20 a minute:".`,
    );
  }
  const missed = judged.filter(isMissed).length;
  console.log(
    `\nA goal is missed where as many wrong decisions, or more, would come with a probability below ${surely} if it held (exact binomial): what exceeds it by less is within chance, and few runs do not fail by it.`,
  );
  console.log(`${judged.length} goals, ${missed} missed.`);
  process.exitCode = missed > 0 ? 1 : 0;
}

void main();
