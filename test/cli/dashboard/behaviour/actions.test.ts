import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import { openDashboard } from "../../../../cli/dashboard/application";
import { Jobs } from "../../../../cli/dashboard/actions/jobs";
import { standOf } from "../../../../cli/dashboard/actions/possible-actions";
import { BoardKeeper } from "../../../../cli/dashboard/board/board-keeper";
import type { Board } from "../../../../cli/dashboard/board/board";
import type { DashboardParts } from "../../../../cli/dashboard/routes/desk";
import { useTemporaryFolder } from "../../../platform/base/temporary-folder";
import { boardOf, deploymentOf, releaseOf, runOf, versionOf, watchedWindow } from "../a-board";
import { access, headers, host, partsOf } from "../parts-fixture";

const folder = useTemporaryFolder();
let boards: Map<string, Board>;
let app: FastifyInstance;
let jobs: Jobs;

/** Opens the dashboard; of one that was open before, what it has goes with the process. */
async function open(changes: Partial<DashboardParts> = {}): Promise<void> {
  app = await openDashboard(await partsOf(boards, { scratch: folder(), ...changes }));
}

const get = (url: string) => app.inject({ url, headers });

const post = (url: string, fields: Record<string, string>) =>
  app.inject({
    method: "POST",
    url,
    headers: {
      ...headers,
      origin: `http://${host}`,
      "content-type": "application/x-www-form-urlencoded",
    },
    payload: new URLSearchParams(fields).toString(),
  });

const rollback = "/models/houses/actions/rollback";
const board = boardOf({
  deployments: [deploymentOf("prod", { stable: releaseOf(2), previous: releaseOf(1) })],
});
const fields = () => ({ key: access.formKey, stand: standOf(board), reason: "It is worse." });

beforeEach(async () => {
  boards = new Map([["houses", board]]);
  jobs = new Jobs([process.execPath, "-e", "console.log('did', ...process.argv.slice(1))"], () => undefined);
  await open({ jobs });
});
afterEach(async () => {
  await jobs.stop();
  await app.close();
});

test("is offered with what it does, and asks for a reason", async () => {
  expect((await get("/models/houses")).body).toContain("Roll back to houses:1");
  const { body } = await get(rollback);
  expect(body).toContain("houses:1 takes the place of houses:2 in prod");
  expect(body).toContain("mlops rollback --model houses");
});

test("runs as the verb that it is, and its page shows what that says", async () => {
  const { statusCode, headers: sent } = await post(rollback, fields());
  expect(statusCode).toBe(303);
  const url = String(sent.location);
  let page = await get(url);
  while (page.body.includes('http-equiv="refresh"')) {
    await sleep(20);
    page = await get(url);
  }
  expect(page.body).toContain("did rollback --model houses --of houses:2 --reason It is worse.");
  // As it would be typed, whatever the reason has in it.
  expect(page.body).toContain("--reason &#39;It is worse.&#39;</code>");
  expect(page.body).toContain("done");
});

test.each([
  ["without a reason", { reason: " " }, 400, "A reason of 1 to 500 characters"],
  ["with a longer one than is kept", { reason: "x".repeat(501) }, 400, "A reason of 1 to 500 characters"],
  ["from a page that is stale", { stand: "0".repeat(16) }, 409, "has changed since the page was shown"],
  ["from a dashboard that has ended", { key: "old" }, 409, "of a dashboard that has ended"],
])("%s it is refused, and nothing runs", async (_name, changes, status, text) => {
  const { statusCode, body } = await post(rollback, { ...fields(), ...changes });
  expect(statusCode).toBe(status);
  expect(body).toContain(text);
  expect(jobs.runningOf("houses")).toBeUndefined();
});

test("what changed while a reading was under way is seen: nothing is decided by an older one", async () => {
  await app.close();
  let current = board;
  let isSlow = false;
  const keeper = new BoardKeeper(async () => {
    const seen = current;
    if (isSlow) await sleep(50);
    return new Map([["houses", seen]]);
  });
  await keeper.refresh();
  await open({ jobs, boards: keeper });
  isSlow = true;
  const reading = keeper.refresh();
  current = boardOf({ deployments: [deploymentOf("prod", { stable: releaseOf(1) })] });
  expect((await post(rollback, fields())).statusCode).toBe(409);
  expect(jobs.runningOf("houses")).toBeUndefined();
  await reading;
});

test.each([
  ["nothing", undefined, undefined, 409],
  ["a list", "application/json", "[]", 415],
  ["null", "application/json", "null", 415],
  ["a number in place of words", "application/json", '{"reason":5}', 415],
  ["text", "text/plain", "key", 415],
  ["a form with parts", "multipart/form-data; boundary=x", "--x--\r\n", 409],
])("what is no form of a page is refused: %s", async (_name, type, payload, status) => {
  for (const url of [rollback, "/models/houses/try"]) {
    const { statusCode } = await app.inject({
      method: "POST",
      url,
      headers: { ...headers, origin: `http://${host}`, ...(type !== undefined && { "content-type": type }) },
      ...(payload !== undefined && { payload }),
    });
    expect(statusCode).toBe(status);
  }
  expect(jobs.runningOf("houses")).toBeUndefined();
});

test("two at once: the second is told of the first", async () => {
  jobs = new Jobs([process.execPath, "-e", "setInterval(() => {}, 1000)"], () => undefined);
  await open({ jobs });
  expect((await post(rollback, fields())).statusCode).toBe(303);
  const second = await post(rollback, fields());
  expect(second.statusCode).toBe(409);
  expect(second.body).toContain("is under way since");
});

test("what cannot be done now, or is no action, is refused", async () => {
  expect((await get("/models/houses/actions/promote")).statusCode).toBe(409);
  expect((await get("/models/houses/actions/explode")).statusCode).toBe(404);
});

test("a dashboard that only shows offers and does nothing of it", async () => {
  await open();
  expect((await get("/models/houses")).body).not.toContain("Roll back");
  expect((await get(rollback)).body).toContain("Start it with --allow-changes");
  expect((await post(rollback, fields())).statusCode).toBe(400);
});

const waits = { runs: [runOf(3, { outcome: "waiting-for-approval" }), runOf(1)] } as const;
const approval = async (changes: Parameters<typeof boardOf>[0]): Promise<string> => {
  boards.set("houses", boardOf({ ...waits, ...changes }));
  await open({ jobs });
  return (await get("/models/houses/actions/approve")).body;
};

test("an approval shows what it rests on, what it changes, and who may", async () => {
  const body = await approval({});
  expect(body).toContain("houses:3, which passed its tests, goes to prod");
  expect(body).toContain("All of this run");
  expect(body).toMatch(/Beside houses:1, which prod serves now[\s\S]*rmse[\s\S]*99[\s\S]*97[\s\S]*alpha/);
  expect(body).toContain("Not measured: nobody has watched houses in prod yet.");
  expect(body).toContain("Whoever has the key of this dashboard");
  expect(body).not.toContain("Azure DevOps");
});

test("an approval has the drift that production shows now, and where a pipeline waits", async () => {
  const body = await approval({ hasStack: true, windows: [1, 3].map((day) => watchedWindow(day)) });
  expect(body).toMatch(/2026-11-03 06:00:00 UTC[\s\S]*town[\s\S]*fallen<\/span> 13[\s\S]*11 to 15/);
  expect(body).not.toContain("2026-11-01");
  expect(body).toContain("approvers of the environment mlops-prod in Azure DevOps");
});

test("an approval of a first release, or after one whose run is elsewhere, says so", async () => {
  expect(await approval({ deployments: [] })).toContain("this is the first release");
  const elsewhere = await approval({
    runs: [waits.runs[0]],
    versions: [{ ...versionOf(1), tags: { measured: "rmse 54.35" } }],
  });
  expect(elsewhere).toMatch(/54\.35[\s\S]*The run of houses:1 is not on this machine/);
});
