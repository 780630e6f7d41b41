import type { GateRule } from "../../../../platform/definition/definition";
import { decidePromotion } from "../../../../platform/gate/promotion";
import type { PromotionInput } from "../../../../platform/gate/promotion-input";
import { scored } from "../../metrics/scored-rows";

const rule: GateRule = { metric: "rmse", minImprovement: 0, confidence: 0.95, floors: [], slices: [] };

function decide(
  input: Partial<PromotionInput> & Pick<PromotionInput, "candidate">,
): ReturnType<typeof decidePromotion> {
  return decidePromotion({ rule, slices: [], seed: 1, evaluation: "on", ...input });
}

const champion = (rows: ReturnType<typeof scored>): NonNullable<PromotionInput["champion"]> => ({
  model: "diabetes:1",
  rows,
});

describe("rows that the champion was trained on", () => {
  /** On the first 40 rows the candidate is better; on the others the champion knows the answers. */
  const actual = Array.from({ length: 100 }, (_, row) => row);
  const candidate = scored(
    actual,
    actual.map((value) => value + 1),
  );
  const learned = scored(
    actual,
    actual.map((value, row) => (row < 40 ? value + 2 : value)),
  );
  const unseen = actual.map((row) => row < 40);
  const floors = [{ metric: "mae" as const, max: 1 }];
  const slices = [{ column: "half", mayBeWorseBy: 0, minRows: 10 }];
  const groups = [{ column: "half", groups: actual.map((row) => (row < 20 ? "a" : row < 60 ? "b" : "c")) }];
  const of = (given: Partial<NonNullable<PromotionInput["champion"]>>) =>
    decide({
      rule: { ...rule, floors, slices },
      candidate,
      champion: { ...champion(learned), ...given },
      slices: groups,
    });

  test("would decide against a better candidate", () => {
    expect(of({})).toMatchObject({ promote: false, reason: "worse-slice", rows: 100 });
  });

  test("have no say, in the comparison and in its slices", () => {
    const decision = of({ unseen });
    expect(decision).toMatchObject({
      promote: true,
      reason: "better",
      candidate: 1,
      champion: { value: 2 },
      rows: 40,
      leftOut: 60,
      floors: [{ value: 1, holds: true }],
      slices: [
        { value: "a", rows: 20, worseBy: -1 },
        { value: "b", rows: 20, worseBy: -1 },
      ],
    });
    expect(decision.explanation).toBe(
      "rmse 1 against 2 of diabetes:1 on 40 held-out rows that neither was trained on (60 left out): " +
        "better by 1 (95 % interval 1 to 1), any improvement is enough.",
    );
  });

  test("leave too few for a comparison: the champion stays", () => {
    const decision = of({ unseen: actual.map((row) => row < 29), note: "it was split by a column" });
    expect(decision).toMatchObject({
      promote: false,
      reason: "too-few-unseen",
      candidate: 1,
      champion: { model: "diabetes:1" },
      rows: 100,
      leftOut: 71,
      slices: [{ judged: false }, { judged: false }, { judged: false }],
    });
    expect(decision.champion).not.toHaveProperty("value");
    expect(decision).not.toHaveProperty("improvement");
    expect(decision.explanation).toBe(
      "diabetes:1 was, or may have been, trained on 71 of the 100 held-out rows (it was split by a column). 29 are left that neither model was trained on, and a comparison needs 30. " +
        "Put back what splits the data (split, and the id or the columns that the champion had), or add rows, and train again; " +
        "to replace the champion without a comparison, turn evaluation off for this run (MLOPS_EVALUATION=off).",
    );
  });

  test("are no obstacle when evaluation is off", () => {
    const input = { candidate, champion: { ...champion(learned), unseen: actual.map(() => false) } };
    expect(decide({ ...input, evaluation: "off" })).toMatchObject({
      promote: true,
      reason: "evaluation-off",
    });
    expect(decide(input).explanation).toContain("None is left that neither model was trained on");
  });

  test("none of them is nothing to speak of, but for what is to be known of that", () => {
    const decision = of({ unseen: actual.map(() => true), note: "corrections cannot be told" });
    expect(decision).not.toHaveProperty("leftOut");
    expect(decision.rows).toBe(100);
    expect(decision.explanation).toContain("any improvement is enough; corrections cannot be told;");
  });
});
