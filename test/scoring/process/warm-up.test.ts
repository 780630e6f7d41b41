import type { FeatureTable, Predictions } from "../../../platform/model/table";
import { warmUp } from "../../../scoring/process/warm-up";
import { row, signature } from "../model-fixture";

const limits = { concurrency: 1, queueTimeoutMs: 1000, timeoutMs: 1000, maxRows: 3, maxBodyBytes: 2000 };

/** A model that counts what it is asked, and that `answer` may slow down or fail. */
function countingModel(answer: (asked: number) => Promise<void> | undefined = () => undefined) {
  const model = {
    signature,
    ages: [] as number[],
    async predict({ rows, columns }: FeatureTable): Promise<Predictions> {
      model.ages.push(...(columns.get("age") as Float64Array));
      await answer(model.ages.length);
      return { prediction: new Float64Array(rows) };
    },
  };
  return model;
}

describe("a warm-up", () => {
  test("answers requests of all golden rows in turn", async () => {
    const model = countingModel();
    const answered = await warmUp({ model, reference: "age:1", limits }, [
      { ...row, age: 41 },
      { ...row, age: 42 },
    ]);
    expect(answered).toBeGreaterThan(1);
    // The first is the example, which has to score before an app is ready.
    expect(model.ages.slice(0, 3)).toEqual([41, 41, 42]);
    // The last may have been asked and not answered when the time was over.
    expect(model.ages.length - answered).toBeGreaterThanOrEqual(1);
    expect(model.ages.length - answered).toBeLessThanOrEqual(2);
  });

  test("does not hold up the start for a slow model", async () => {
    // Its example is scored at once; the request after it would take a minute.
    const model = countingModel((asked) =>
      asked === 1 ? undefined : new Promise((resolve) => setTimeout(resolve, 60_000).unref()),
    );
    const begin = performance.now();
    expect(await warmUp({ model, reference: "age:1", limits: { ...limits, timeoutMs: 30_000 } }, [row])).toBe(
      0,
    );
    expect(performance.now() - begin).toBeLessThan(5000);
  });

  test("ends when the model fails", async () => {
    const model = countingModel((asked) => (asked > 4 ? Promise.reject(new Error("no more")) : undefined));
    expect(await warmUp({ model, reference: "age:1", limits }, [row])).toBe(3);
  });
});
