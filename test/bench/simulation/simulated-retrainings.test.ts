import { goals, verdictOf } from "../../../bench/simulation/goals";
import { retrainingScenarios, simulateRetrainings } from "../../../bench/simulation/simulated-retrainings";

/** `npm run simulate:decisions` plays 1,000 of each. */
const retrainings = 100;
const seed = 3;

test.each(retrainingScenarios.filter(({ isBetter }) => !isBetter))(
  "of retrainings that are no better many have the better figure, and the gate promotes few: $name, $metric",
  (scenario) => {
    const { anyBetter, promoted } = simulateRetrainings(scenario, retrainings, seed);
    expect(anyBetter).toBeGreaterThan(0.3);
    expect(anyBetter).toBeLessThan(0.65);
    const cases = { hits: Math.round(promoted * retrainings), count: retrainings };
    expect(verdictOf(goals.promoted, cases)).toBe("met");
  },
);

test.each(retrainingScenarios.filter(({ isBetter }) => isBetter))(
  "better ones have the better figure more often, and are promoted more often than those may be: $metric",
  (scenario) => {
    const { anyBetter, promoted } = simulateRetrainings(scenario, retrainings, seed);
    expect(anyBetter).toBeGreaterThan(0.6);
    expect(promoted).toBeGreaterThan(goals.promoted.atMost);
  },
);

test("a seed gives the same retrainings each time, and another others", () => {
  const [scenario] = retrainingScenarios;
  if (scenario === undefined) throw new Error("there are none");
  const first = simulateRetrainings(scenario, 50, 1);
  expect(simulateRetrainings(scenario, 50, 1)).toEqual(first);
  expect(simulateRetrainings(scenario, 50, 2)).not.toEqual(first);
});
