import { parseArgs } from "node:util";
import { places, scenariosAt } from "./simulation/release-scenarios";
import { simulateReleases } from "./simulation/simulated-releases";
import {
  heldOutRows,
  retrainingScenarios,
  simulateRetrainings,
  trainingRows,
} from "./simulation/simulated-retrainings";
import { printTable } from "./table";

const seed = 20_261_126;
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** Of each kind of release, how many are rolled back, go on, and are undecided. */
async function printReleases(place: keyof typeof places, releases: number): Promise<void> {
  console.log(`\nCanary, ${place}: ${releases} releases each`);
  const rows: string[][] = [];
  for (const scenario of scenariosAt(place)) {
    const counts = await simulateReleases(scenario, releases, seed);
    const { rolledBack, undecided, released, rounds } = counts;
    rows.push([
      scenario.isHealthy ? "as good as stable" : "harmful",
      scenario.name,
      ...[rolledBack, undecided, released].map((count) => percent(count / releases)),
      rounds.toFixed(0),
    ]);
  }
  const longest = place === "laptop" ? "Rounds" : "Minutes";
  printTable(["The candidate is", "How", "Rolled back", "Undecided", "Released", longest], rows);
}

/** How many retrainings the gate promotes, beside how many have the better figure. */
function printRetrainings(retrainings: number): void {
  console.log(
    `\nGate: ${retrainings} retrainings on fresh draws of one population, ${trainingRows} training rows, ${heldOutRows} held out`,
  );
  const rows = retrainingScenarios.map((scenario) => {
    const { anyBetter, promoted } = simulateRetrainings(scenario, retrainings, seed);
    return [scenario.name, scenario.metric, percent(anyBetter), percent(promoted)];
  });
  printTable(["The candidates are", "Metric", "Better figure", "Promoted"], rows);
}

/** Prints how often the gate and the canary decide rightly. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { runs: { type: "string", default: "1000" } } });
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1) {
    throw new Error(`--runs is ${values.runs}. Expected a whole number from 1. Correct it.`);
  }
  printRetrainings(runs);
  for (const place of Object.keys(places)) await printReleases(place as keyof typeof places, runs);
}

void main();
