import { baselineOf, meanBaseline, medianBaseline, shareBaseline } from "../../../cli/init/baseline";

test("the mean of a target has an r2 of 0, whatever the unit", () => {
  expect(meanBaseline(77.005)).toEqual({
    gate: { metric: "rmse", floors: [{ metric: "r2", min: 0 }] },
    comment: "A model has to do better than the mean, whose r2 is 0 and whose rmse is 77 on all rows.",
  });
});

/** How often giving every row the share of the population fails the floor, on held-out rows drawn from it. */
function failures(share: number, heldOut: number): number {
  const floor =
    shareBaseline(share, heldOut).gate.floors?.find(({ metric }) => metric === "logLoss")?.max ?? NaN;
  let state = 1;
  const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  let failed = 0;
  for (let sample = 0; sample < 1000; sample++) {
    let positive = 0;
    for (let row = 0; row < heldOut; row++) if (random() < share) positive += 1;
    const loss = -(positive * Math.log(share) + (heldOut - positive) * Math.log(1 - share)) / heldOut;
    if (loss > floor) failed += 1;
  }
  return failed / 1000;
}

test.each([
  [0.5, 100],
  [0.62, 200],
  [0.1, 500],
  [0.01, 2000],
])(
  "with a share of %d in %d held-out rows, the floor of the log loss is about the baseline's",
  (share, heldOut) => {
    expect(failures(share, heldOut)).toBeLessThan(0.05);
    const [, floor] = shareBaseline(share, heldOut).gate.floors ?? [];
    const entropy = -share * Math.log(share) - (1 - share) * Math.log(1 - share);
    expect(floor?.max).toBeGreaterThanOrEqual(entropy);
    // Predicting a class twice as rare, or half as sure, does not pass.
    expect(floor?.max).toBeLessThan(entropy + 0.3);
  },
);

test("the accuracy of the larger class is said", () => {
  expect(shareBaseline(0.3, 100).comment).toMatch(
    /log loss is 0\.611; the larger class alone has an accuracy of 0\.7\.$/,
  );
});

const distance = { mean: 337.14, deviation: 768 };

test("a median is judged by distances, with three digits and twice their error upwards", () => {
  expect(medianBaseline({ median: 245.6, distance }, 600)).toEqual({
    gate: { metric: "mae", floors: [{ metric: "mae", max: 400 }] },
    comment: "A model has to do better than the median, 245.6, whose mae is 337.1 on all rows.",
  });
  const small = medianBaseline({ median: 1e-6, distance: { mean: 2.341e-7, deviation: 0 } }, 600);
  expect(small.gate.floors?.at(0)?.max).toBe(2.35e-7);
  const none = medianBaseline({ median: 1, distance: { mean: 0, deviation: 0 } }, 600);
  expect(none.gate.floors?.at(0)?.max).toBe(0);
});

test("the gate is that of the task, the classes and what is predicted", () => {
  const amounts = {
    task: "regression",
    rows: 3000,
    min: 1,
    mean: 461,
    median: 245.6,
    deviation: 800,
  } as const;
  const facts = { ...amounts, distance, skewness: { amounts: 11 } };
  const metricFor = (predicted: "mean" | "median"): string =>
    baselineOf(facts, { testFraction: 0.2, predicted }).gate.metric;
  expect([metricFor("mean"), metricFor("median")]).toEqual(["rmse", "mae"]);
  const classes = (...rows: number[]): string =>
    baselineOf(
      {
        task: "classification",
        rows: 100,
        classes: rows.map((each) => ({ name: String(each), rows: each })),
      },
      { testFraction: 0.2, predicted: "mean" },
    ).gate.metric;
  expect([classes(60, 40), classes(60, 30, 10)]).toEqual(["auc", "logLoss"]);
});
