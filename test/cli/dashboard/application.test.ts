import { readFile, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyInstance, InjectOptions } from "fastify";
import { openDashboard } from "../../../cli/dashboard/application";
import { Jobs } from "../../../cli/dashboard/actions/jobs";
import { standOf } from "../../../cli/dashboard/actions/possible-actions";
import type { Board, BrokenBoard } from "../../../cli/dashboard/board/board";
import { BoardKeeper } from "../../../cli/dashboard/board/board-keeper";
import type { DashboardParts } from "../../../cli/dashboard/routes/desk";
import type { TrainingJob } from "../../../cli/runs/training-job";
import type { AuditEntry } from "../../../platform/audit/audit-entry";
import { PlatformError } from "../../../platform/base/errors";
import { signatureOf } from "../../../platform/model/signature";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";
import { bare, definition, evilColumn } from "../report/report-fixture";
import { boardOf, deploymentOf, releaseOf, runOf, versionOf, watchedWindow } from "./a-board";

const folder = useTemporaryFolder();
const key = "k".repeat(32);
const access = { key, formKey: "f".repeat(43) };
/** Without a server, the port is 0. */
const host = "127.0.0.1:0";
const headers = { host, cookie: `mlops-dashboard-0=${key}` };

const act: AuditEntry = {
  number: 1,
  id: "00000000-0000-4000-8000-000000000000",
  time: "2026-11-21T00:00:00.000Z",
  state: "done",
  act: "rollback",
  subject: "houses",
  why: "<i>worse</i>",
  details: { from: "houses:2" },
  actor: { who: "ada", host: "here", process: 1 },
};

const job: TrainingJob = {
  id: "job-1",
  state: "failed",
  status: "Failed",
  startedAt: "2026-11-21T00:00:00.000Z",
  minutes: 90,
  nodeMinutes: 60,
  metrics: { rmse: 54.35 },
  explanation: "<i>No memory.</i>",
  link: "https://ml.azure.com/runs/job-1",
};

let boards: Map<string, Board | BrokenBoard>;
let app: FastifyInstance;
let jobs: Jobs;

async function open(changes: Partial<DashboardParts> = {}): Promise<void> {
  const keeper = new BoardKeeper(() => Promise.resolve(new Map(boards)));
  await keeper.refresh();
  app = await openDashboard({
    boards: keeper,
    access,
    scratch: folder(),
    reportOf: (_board, run) => Promise.resolve({ ...bare, run: { ...bare.run, id: run } }),
    comparedRun: (id) => Promise.resolve({ summary: runOf(Number(id.slice(4))), definition }),
    monitor: () => Promise.reject(new PlatformError("NOT_FOUND", "Nothing serves.")),
    cardOf: ({ version }) =>
      version === 1
        ? Promise.resolve("# houses\n\n## Intended use\n\nNot stated. \\<i\\>\n")
        : Promise.reject(new PlatformError("STORAGE_FAILED", "It is gone.")),
    trainings: () => ({
      list: () => Promise.resolve([job]),
      watched: () => Promise.resolve([job]),
      everyHours: () => Promise.resolve(undefined),
      open: (id) =>
        id === job.id
          ? Promise.resolve({ job, log: ["<i>epoch</i> 1"] })
          : Promise.reject(new PlatformError("AZURE_FAILED", "There is no such job.")),
    }),
    audit: () => Promise.resolve({ acts: [act], verified: { entries: [act], faults: [] } }),
    openTrial: () =>
      Promise.resolve({
        version: "houses:1",
        signature: signatureOf(definition),
        example: { town: "B" },
        ask: (row) => Promise.resolve({ prediction: JSON.stringify(row) }),
      }),
    scoreFile: async (_board, input, output) => {
      await writeFile(output, `scored ${await readFile(input, "utf8")}`);
      return { read: 2, scored: 2, rejected: 0, model: "houses:1", output };
    },
    ...changes,
  });
}

const get = (url: string, changes: InjectOptions = {}) => app.inject({ url, headers, ...changes });

const post = (url: string, fields: Record<string, string>, changes: Record<string, string> = {}) =>
  app.inject({
    method: "POST",
    url,
    headers: {
      ...headers,
      origin: `http://${host}`,
      "content-type": "application/x-www-form-urlencoded",
      ...changes,
    },
    payload: new URLSearchParams(fields).toString(),
  });

beforeEach(async () => {
  boards = new Map<string, Board | BrokenBoard>([
    ["houses", boardOf()],
    ["torn", { name: "torn", fault: "models/torn/model.ts is wrong." }],
  ]);
  jobs = new Jobs([process.execPath, "-e", "console.log('did', ...process.argv.slice(1))"], () => undefined);
  await open();
});
afterEach(async () => {
  await jobs.stop();
  await app.close();
});

describe("who may look", () => {
  test("whoever has the key, which a cookie keeps from then on", async () => {
    const first = await app.inject({ url: `/models/houses?key=${key}`, headers: { host } });
    expect(first.statusCode).toBe(303);
    expect(first.headers.location).toBe("/models/houses");
    expect(first.headers["set-cookie"]).toBe(`mlops-dashboard-0=${key}; HttpOnly; SameSite=Lax; Path=/`);
    expect((await get("/models/houses")).statusCode).toBe(200);
    expect((await app.inject({ method: "HEAD", url: "/models/houses", headers })).statusCode).toBe(200);
    // Nobody is led away by a link that has the key.
    const away = await app.inject({ url: `//evil.example/?key=${key}`, headers: { host } });
    expect(away.headers.location).toBe("/evil.example/");
  });

  test.each([
    ["nobody without it", { host }, 401],
    ["nobody with another", { host, cookie: "mlops-dashboard-0=other" }, 401],
    ["no other name of this machine", { ...headers, host: "rebound.example:0" }, 421],
  ])("%s", async (_name, given, status) => {
    const answer = await app.inject({ url: "/", headers: given });
    expect(answer.statusCode).toBe(status);
    expect(answer.body).not.toContain("houses");
  });

  test("no other site may send forms, frame pages, or have anything kept", async () => {
    expect(
      (await post("/models/houses/try", { key: access.formKey }, { origin: "http://evil" })).statusCode,
    ).toBe(403);
    const { headers: sent } = await get("/");
    expect(sent["content-security-policy"]).toContain("script-src 'self'");
    expect(sent["content-security-policy"]).toContain("frame-ancestors 'none'");
    expect(sent["cache-control"]).toBe("no-store");
    // With less, browsers send forms with the origin "null".
    expect(sent["referrer-policy"]).toBe("same-origin");
  });
});

describe("pages", () => {
  test.each([
    "/",
    "/models/houses",
    "/models/houses/serving",
    "/models/houses/runs",
    "/models/houses/versions",
    "/models/houses/versions/1",
    "/models/houses/runs/run-2",
    "/models/houses/compare",
    "/models/houses/compare?run=run-1&run=run-2",
    "/models/houses/monitoring",
    "/models/houses/try",
    "/models/houses/trainings",
    "/models/houses/trainings/job-1",
    "/audit",
    "/audit?model=houses",
  ])("%s is there, and shows text as text", async (url) => {
    const { statusCode, body } = await get(url);
    expect(statusCode).toBe(200);
    expect(body).not.toContain(evilColumn);
    expect(body).not.toContain("<b>houses</b>");
    expect(body).not.toContain("undefined");
    expect(body).not.toContain("<i>");
  });

  test("drift and performance are shown over time", async () => {
    expect((await get("/models/houses")).body).not.toContain("Drift and performance over time");
    boards.set("houses", boardOf({ windows: [1, 2, 3].map(watchedWindow) }));
    await app.close();
    await open();
    const { body } = await get("/models/houses");
    for (const text of ["PSI of town", "rmse by the truth of each window", "11 to 15", "fallen"]) {
      expect(body).toContain(text);
    }
  });

  test("a version has its model card, or why it cannot be shown", async () => {
    expect((await get("/models/houses/versions")).body).toContain('href="/models/houses/versions/1"');
    expect((await get("/models/houses/versions/1")).body).toMatch(/<h4>Intended use<\/h4><p>Not stated/);
    expect((await get("/models/houses/versions/2")).body).toContain("It is gone.");
    expect((await get("/models/houses/versions/3")).statusCode).toBe(404);
  });

  test("jobs of a stack have what they took and, by a price, cost; what Azure refuses is told", async () => {
    boards.set("houses", boardOf({ hasStack: true, nodePrice: { perHour: 0.5, currency: "EUR" } }));
    await app.close();
    await open();
    expect((await get("/models/houses")).body).toContain('href="/models/houses/trainings"');
    const list = (await get("/models/houses/trainings")).body;
    for (const text of ["Failed", "54.35", "90 min 0 s", "60 min 0 s", "0.50 EUR"])
      expect(list).toContain(text);
    const shown = (await get("/models/houses/trainings/job-1")).body;
    expect(shown).toContain("&lt;i&gt;epoch&lt;/i&gt; 1");
    expect((await get("/models/houses/trainings/none")).body).toContain("There is no such job.");
  });

  test.each([
    ["/nowhere", 404],
    ["/models/none", 404],
    ["/models/houses/runs/none", 404],
    ["/models/houses/compare?run=none", 404],
    ["/jobs/none", 404],
    ["/models/torn", 400],
    ["/audit?model=none", 404],
    ["/models/houses/scored/none/scored.csv", 404],
    ["/models/houses/scored/none/package.json", 404],
    ["/models/%2e%2e%2fhouses", 404],
  ])("%s is refused with %i, in a page that says why", async (url, status) => {
    const { statusCode, body } = await get(url);
    expect(statusCode).toBe(status);
    expect(body).toContain("<h1>");
  });

  test("a definition that is wrong is told beside the other models", async () => {
    const { body } = await get("/");
    expect(body).toContain('href="/models/houses"');
    expect(body).toContain("models/torn/model.ts is wrong.");
  });

  test("versions have their metrics side by side, the gate's first, and where they are", async () => {
    const { body } = await get("/models/houses/versions");
    expect(body.indexOf(">rmse<")).toBeLessThan(body.indexOf(">mae<"));
    expect(body).toContain("in production");
    expect(body).toMatch(/data-head="rmse">\s*<div>98</);
  });

  test("long lists come a page at a time", async () => {
    const many = Array.from({ length: 120 }, (_, index) => runOf(120 - index));
    boards.set("houses", boardOf({ runs: many, versions: many.map((_, index) => versionOf(120 - index)) }));
    await open();
    const last = await get("/models/houses/runs?page=3");
    expect(last.body).toContain("page 3 of 3");
    expect(last.body).toContain(">run-1<");
    expect(last.body).not.toContain(">run-120<");
    expect((await get("/models/houses")).body).toContain("All 120 versions");
  });

  test("two runs are compared with what they were made from differently", async () => {
    const { body } = await get("/models/houses/compare?run=run-1&run=run-2");
    expect(body).toContain("Metrics between the worst and the best");
    expect(body).toMatch(/>alpha<|trainer/);
    expect((await get("/models/houses/compare?run=run-1")).body).toContain("Tick 2 to 8 runs");
  });

  test("what was done is listed with who and why, and a trail with faults says so", async () => {
    const { body } = await get("/audit");
    expect(body).toContain("the trail is whole");
    expect(body).toMatch(/ada[\s\S]*&lt;i&gt;worse[\s\S]*from houses:2/);
    const fault = { number: 1, fault: "changed", explanation: "Entry 1 was changed." } as const;
    await open({ audit: () => Promise.resolve({ acts: [], verified: { entries: [], faults: [fault] } }) });
    expect((await get("/audit")).body).toMatch(/the trail has faults[\s\S]*Entry 1 was changed\./);
  });

  test("a log that cannot be read is a sentence, not a failure", async () => {
    expect((await get("/models/houses/monitoring?hours=24")).body).toContain("Nothing serves.");
  });

  test("a fault of the program is said to be one, without its insides", async () => {
    const told = jest.spyOn(process.stderr, "write").mockReturnValue(true);
    await open({ reportOf: () => Promise.reject(new TypeError("secret /path")) });
    const { statusCode, body } = await get("/models/houses/runs/run-1");
    expect([statusCode, body.includes("secret")]).toEqual([500, false]);
    expect(told).toHaveBeenCalledWith(expect.stringContaining("secret /path"));
    told.mockRestore();
  });
});

describe("a row or a file to be scored", () => {
  test("the form has the fields of the signature; its answer stands above it", async () => {
    expect((await get("/models/houses/try")).body).toMatch(/<option value="B" selected/);
    const fields = { key: access.formKey, [`value-${evilColumn}`]: "7", "value-town": "A" };
    const { statusCode, body } = await post("/models/houses/try", fields);
    expect(statusCode).toBe(200);
    expect(body).toContain("&quot;town&quot;:&quot;A&quot;");
    expect(body).not.toContain(evilColumn);
  });

  function upload(formKey: string) {
    const edge = "edge";
    const part = (head: string, content: string) =>
      `--${edge}\r\ncontent-disposition: form-data; ${head}\r\n\r\n${content}\r\n`;
    return app.inject({
      method: "POST",
      url: "/models/houses/score",
      headers: {
        ...headers,
        origin: `http://${host}`,
        "content-type": `multipart/form-data; boundary=${edge}`,
      },
      payload: `${part('name="key"', formKey)}${part('name="file"; filename="../<i>.csv"', "a\n1\n")}--${edge}--\r\n`,
    });
  }

  test("a file is scored, and what came of it can be had", async () => {
    const { statusCode, body } = await upload(access.formKey);
    expect(statusCode).toBe(200);
    expect(body).not.toContain("<i>");
    const [, href = ""] = /href="([^"]*scored\.csv)"/.exec(body) ?? [];
    const file = await get(href);
    expect(file.body).toBe("scored a\n1\n");
    expect(file.headers["content-disposition"]).toBe('attachment; filename="houses-scored.csv"');
    expect((await get(href.replace("scored.csv", "rejected.csv"))).statusCode).toBe(404);
  });

  test("a form that no page of this process has shown is refused", async () => {
    expect((await upload("old")).statusCode).toBe(409);
    expect((await post("/models/houses/try", { key: "old" })).statusCode).toBe(409);
    expect((await post("/models/houses/try", {})).statusCode).toBe(409);
  });
});

describe("what changes something", () => {
  const rollback = "/models/houses/actions/rollback";
  const board = boardOf({
    deployments: [deploymentOf("prod", { stable: releaseOf(2), previous: releaseOf(1) })],
  });
  const fields = () => ({ key: access.formKey, stand: standOf(board), reason: "It is worse." });
  beforeEach(async () => {
    boards.set("houses", board);
    await open({ jobs });
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
    expect(page.body).toContain("did rollback --model houses --reason It is worse.");
    expect(page.body).toContain("It is worse.");
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

  test("an approval shows what it rests on", async () => {
    boards.set("houses", boardOf({ runs: [runOf(3, { outcome: "waiting-for-approval" })] }));
    await open({ jobs });
    const { body } = await get("/models/houses/actions/approve");
    expect(body).toContain("houses:3, which passed its tests, goes to prod");
    expect(body).toContain("All of this run");
  });
});
