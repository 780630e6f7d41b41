import { openEngine, openEngineAt } from "../../../platform/sql/open-engine";
import { sqlEngineContract } from "./sql-engine.contract";

test("an engine that is opened answers, and says what it is", async () => {
  const engine = await openEngine();
  expect(await engine.rows("SELECT 1 AS x")).toEqual([{ x: 1 }]);
  expect(`${engine.name} ${await engine.version()}`).toMatch(/^duckdb v\d+\.\d+\.\d+/);
  await engine.close();
});

describe("the engine in this process, which is opened where no place is named,", () => {
  sqlEngineContract(() => openEngineAt({}));
});
