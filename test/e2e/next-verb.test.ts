import type { RunRecord } from "../../cli/runs/runs";
import { Workplace } from "./mlops";

const place = new Workplace();
afterAll(() => place.remove());

/** What the last lines of a verb say is to be typed next. */
const nextOf = (stdout: string): string[] | undefined => /^Next: mlops (.+)$/m.exec(stdout)?.[1]?.split(" ");

test("who types what each verb says comes next has a model in production after four of them", async () => {
  const typed: string[] = [];
  let next: string[] | undefined = ["train"];
  while (next !== undefined && next[0] !== "status") {
    typed.push(next[0] ?? "");
    const approval: string[] = next[0] === "release" ? ["--yes"] : [];
    const { code, stdout, stderr } = await place.run([...next, ...approval]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    next = nextOf(stdout);
  }
  expect(typed).toEqual(["train", "evaluate", "register", "release"]);
  const { runs } = await place.json<{ runs: RunRecord[] }>(["status"]);
  expect(runs).toMatchObject([{ outcome: "released", version: "diabetes:1" }]);
});

test("a version that is in production is not released again", async () => {
  const { code, stdout } = await place.run(["release", "diabetes:1", "--yes"]);
  expect(code).toBe(0);
  expect(stdout).toContain("diabetes:1 is in production already.");
});

test("status says with one word what is deployed and with another what serves now", async () => {
  const serving = await place.run(["status"]);
  expect(serving.stdout).toMatch(/│ environment │ deployed +│ canary +│ before it +│ serves now +│/);
  expect(serving.stdout).toMatch(
    /│ prod +│ diabetes:1 \(rmse [\d.]+\) +│ - +│ - +│ http:\/\/127\.0\.0\.1:\d+ │/,
  );
  await place.run(["stop"]);
  const stopped = await place.run(["status"]);
  expect(stopped.stdout).toMatch(/│ prod +│ diabetes:1 \(rmse [\d.]+\) +│ - +│ - +│ no, it is stopped │/);
  expect(stopped.stdout).toContain("`mlops serve --model diabetes` starts it");
  expect(serving.stdout).not.toContain("mlops serve");
});
