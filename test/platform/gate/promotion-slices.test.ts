import type { GateRule } from "../../../platform/definition/definition";
import { decidePromotion } from "../../../platform/gate/promotion";
import type { PromotionInput } from "../../../platform/gate/promotion-input";
import { repeated, scored } from "../metrics/scored-rows";

const rule: GateRule = { metric: "rmse", minImprovement: 0, confidence: 0.95, floors: [], slices: [] };

function decide(input: Partial<PromotionInput>): ReturnType<typeof decidePromotion> {
  const candidate = scored([0, 1, 0, 1], [2, 3, 2, 3]);
  return decidePromotion({ rule, candidate, slices: [], seed: 1, evaluation: "on", ...input });
}

const champion = (rows: ReturnType<typeof scored>): NonNullable<PromotionInput["champion"]> => ({
  model: "diabetes:1",
  rows,
});

describe("slices of the gate", () => {
  const groups = ["b", "b", "a", "a", undefined, "c"];
  const actual = [0, 0, 0, 0, 0, 0];
  const gate = (mayBeWorseBy: number, minRows = 2): GateRule => ({
    ...rule,
    slices: [{ column: "sex", mayBeWorseBy, minRows }],
  });
  const input = {
    candidate: scored(actual, [1.5, 1.5, 1, 1, 1, 9]),
    champion: champion(scored(actual, [1, 1, 8, 8, 8, 8])),
    slices: [{ column: "sex", groups }],
  };

  test.each([
    ["worse by more than allowed", gate(0.4), false, "worse-slice"],
    ["worse by exactly what is allowed", gate(0.5), true, "better"],
    ["worse by less", gate(0.6), true, "better"],
    ["too small to be judged", gate(0, 3), true, "better"],
  ])("a group %s", (_, slicing, promote, reason) => {
    expect(decide({ ...input, rule: slicing })).toMatchObject({ promote, reason });
  });

  test("are shown, not judged, when evaluation is off", () => {
    const decision = decide({ ...input, rule: gate(0.4), evaluation: "off" });
    expect(decision.reason).toBe("evaluation-off");
    expect(decision.slices.map(({ value, judged, worseBy }) => [value, judged, worseBy])).toEqual([
      ["a", false, -7],
      ["b", false, 0.5],
      ["c", false, 1],
    ]);
    // No interval means that nothing was resampled.
    expect(decision.slices.filter((slice) => "interval" in slice)).toEqual([]);
  });

  test("are all shown, in order, and explained", () => {
    const decision = decide({ ...input, rule: gate(0.4) });
    expect(decision.slices).toEqual([
      {
        column: "sex",
        value: "a",
        rows: 2,
        candidate: 1,
        champion: 8,
        worseBy: -7,
        interval: { level: 0.975, low: -7, high: -7, resamples: 1000 },
        judged: true,
        holds: true,
      },
      {
        column: "sex",
        value: "b",
        rows: 2,
        candidate: 1.5,
        champion: 1,
        worseBy: 0.5,
        interval: { level: 0.975, low: 0.5, high: 0.5, resamples: 1000 },
        judged: true,
        holds: false,
      },
      {
        column: "sex",
        value: "c",
        rows: 1,
        candidate: 9,
        champion: 8,
        worseBy: 1,
        judged: false,
        holds: true,
      },
    ]);
    expect(decision.explanation).toContain(
      "; but where sex is b (2 held-out rows) it is worse by 0.5, at most 0.4 is allowed.",
    );
  });

  test("are shown without a champion, and not judged", () => {
    const { slices, candidate } = input;
    const decision = decide({ slices, candidate, rule: gate(0) });
    expect(decision).toMatchObject({ promote: true, reason: "no-champion" });
    expect(decision.slices[0]).toEqual({
      column: "sex",
      value: "a",
      rows: 2,
      candidate: 1,
      judged: false,
      holds: true,
    });
  });

  test("whose metric cannot be computed are shown, and not judged", () => {
    const auc: GateRule = { ...gate(0, 1), metric: "auc" };
    const decision = decide({
      rule: auc,
      candidate: scored(repeated([0, 1, 1], 10), repeated([0.1, 0.9, 0.8], 10)),
      champion: champion(scored(repeated([0, 1, 1], 10), repeated([0.5, 0.4, 0.6], 10))),
      slices: [{ column: "sex", groups: repeated(["a", "b", "b"], 10) }],
    });
    expect(decision.promote).toBe(true);
    expect(decision.slices).toEqual([
      { column: "sex", value: "a", rows: 10, judged: false, holds: true },
      { column: "sex", value: "b", rows: 20, judged: false, holds: true },
    ]);
  });

  test("of numbers are in order of the numbers", () => {
    const labels = ["> 60", "5 < x <= 50", "<= 5", "50 < x <= 60"];
    const decision = decide({ rule: gate(1), slices: [{ column: "sex", groups: labels }] });
    expect(decision.slices.map(({ value }) => value)).toEqual([
      "<= 5",
      "5 < x <= 50",
      "50 < x <= 60",
      "> 60",
    ]);
  });

  test.each([
    [[], 'Slice "sex" has no labels for 4 held-out rows.'],
    [[{ column: "sex", groups: ["a"] }], 'Slice "sex" has 1 labels for 4 held-out rows.'],
  ])("without a label per row are refused", (slices, message) => {
    expect(() => decide({ rule: gate(1), slices })).toThrow(message);
  });
});
