import { call, closeServices, cost, costRow, json, openService } from "../dialects/service-fixture";
import { readMarks } from "../../../scoring/http/request-marks";

afterAll(closeServices);

const testKey = "the-key-of-our-tests";

test("predictions are a sample of the track, but not those of a client that has chosen it", async () => {
  let told = 0;
  const app = openService(cost, { onScored: () => (told += 1), readMark: readMarks(testKey) });
  const ask = async (headers: Record<string, string>): Promise<number> => {
    const before = told;
    const sent = json("/score", { data: [costRow] });
    const { status } = await call(app, { ...sent, headers: { ...sent.headers, ...headers } });
    expect(status).toBe(200);
    return told - before;
  };
  expect(await ask({})).toBe(1);
  expect(await ask({ "x-mlops-chosen": "1" })).toBe(0);
  expect(await ask({ "x-mlops-chosen": "1", "x-mlops-test": "guessed" })).toBe(0);
  expect(await ask({ "x-mlops-chosen": "1", "x-mlops-test": testKey })).toBe(1);
});
