import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import type { FastifyInstance, InjectOptions } from "fastify";
import { openDashboard } from "../../../cli/dashboard/application";
import type { Board, BrokenBoard } from "../../../cli/dashboard/board/board";
import type { DashboardParts } from "../../../cli/dashboard/routes/desk";
import { PlatformError } from "../../../platform/base/errors";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";
import { evilColumn } from "../report/report-fixture";
import { boardOf, deploymentOf, releaseOf, runOf, versionOf, watchedWindow } from "./a-board";
import { access, headers, host, keptVersion, partsOf } from "./parts-fixture";

const folder = useTemporaryFolder();
const { key } = access;

let boards: Map<string, Board | BrokenBoard>;
let app: FastifyInstance;

async function open(changes: Partial<DashboardParts> = {}): Promise<void> {
  app = await openDashboard(await partsOf(boards, { scratch: folder(), ...changes }));
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
  await open();
});
afterEach(() => app.close());

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

  /** Where a request leads that is sent as it stands: `inject` would tidy up its address. */
  async function ledTo(address: string): Promise<string | undefined> {
    const { port } = new URL(await app.listen({ host: "127.0.0.1", port: 0 }));
    const asked = request({ host: "127.0.0.1", port, path: address, agent: false });
    asked.end();
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    answer.resume();
    return answer.headers.location;
  }

  test.each([
    [String.raw`/\evil.example/`, "/evil.example/"],
    [String.raw`/\\/evil.example/`, "/evil.example/"],
    ["http://evil.example/models", "/"],
  ])("and is not led away by the address %s", async (address, place) => {
    expect(await ledTo(`${address}?key=${key}`)).toBe(place);
  });

  test.each([
    ["/models/%zz", 400],
    [`/models/${"a".repeat(300)}`, 414],
  ])("an address that is none says nothing, and is no page that could be framed: %s", async (url, status) => {
    for (const given of [headers, { host }]) {
      const answer = await app.inject({ url, headers: given });
      expect(answer.statusCode).toBe(status);
      expect(answer.headers["content-type"]).toBe("text/html; charset=utf-8");
      expect(answer.headers["content-security-policy"]).toContain("frame-ancestors 'none'");
      expect(answer.body).toContain("The address is none of a page");
      expect(answer.body).not.toContain("FST_");
      expect(answer.body).not.toContain("Models");
    }
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
    expect(sent["cross-origin-resource-policy"]).toBe("same-origin");
    expect(sent["cross-origin-opener-policy"]).toBe("same-origin");
    // With less, browsers send forms with the origin "null".
    expect(sent["referrer-policy"]).toBe("same-origin");
  });
});

describe("where production is stopped", () => {
  const stopped = { stable: releaseOf(1) };
  const serving = { ...stopped, url: "http://127.0.0.1:9" };

  test.each(["/models/houses", "/models/houses/serving"])("%s says how it is started", async (url) => {
    expect((await get(url)).body).toContain("<code>mlops serve --model houses</code> starts it");
    boards.set("houses", boardOf({ deployments: [deploymentOf("prod", serving)] }));
    await app.close();
    await open();
    expect((await get(url)).body).not.toContain("mlops serve");
  });

  test("a form that would ask it says so, and that it is no page that is missing", async () => {
    await app.close();
    await open({
      openTrial: () => Promise.reject(new PlatformError("NOT_SERVING", "Run `mlops serve --model houses`.")),
    });
    const { statusCode, body } = await get("/models/houses/try");
    expect(statusCode).toBe(503);
    expect(body).toContain("Nothing serves now");
    expect(body).toContain("Run <code>mlops serve --model houses</code>.");
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
    "/models/houses/data",
    "/models/houses/costs",
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
    boards.set("houses", boardOf({ windows: [1, 2, 3].map((day) => watchedWindow(day)) }));
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

  test("data versions have their rows, what was collected into them, and what was trained on them", async () => {
    const { digest } = keptVersion;
    const trained = [{ ...versionOf(2), tags: { data: digest } }, versionOf(1)];
    const lineage = { source: "data.csv", digest, rows: 1234, trainingRows: 1000, heldOutRows: 234 };
    boards.set("houses", boardOf({ versions: trained, runs: [runOf(2, { data: lineage }), runOf(1)] }));
    await app.close();
    await open();
    const { body } = await get("/models/houses/data");
    expect(body).toMatch(/dddddddddddd[\s\S]*1,234[\s\S]*34 rows, to eeeeeeeeeeee/);
    expect(body).toMatch(/versions\/2">houses:2[\s\S]*runs\/run-2">run-2/);
    expect(body).toMatch(/houses:1[\s\S]*rmse 12\.35/);
    expect(body).toContain("&lt;i&gt;Here alone.");
    expect((await get("/models/houses")).body).toContain('href="/models/houses/data"');
    await app.close();
    await open({ dataOf: () => Promise.reject(new PlatformError("STORAGE_FAILED", "A record is corrupt.")) });
    expect((await get("/models/houses/data")).body).toContain("A record is corrupt.");
  });

  test("a version whose run is elsewhere has what registration has noted, and its way from data to production", async () => {
    const tags = { measured: "rmse 54.35", decision: "better", data: "d".repeat(64), run: "job-7" };
    const history = [{ time: "2026-11-22T00:00:00Z", action: "deploy", model: "houses:1" }] as const;
    boards.set(
      "houses",
      boardOf({
        runs: [],
        versions: [versionOf(2), { ...versionOf(1), tags }],
        deployments: [
          deploymentOf("qa", { stable: releaseOf(1) }),
          deploymentOf("prod", { stable: releaseOf(1), history: [...history], url: "http://127.0.0.1:1" }),
        ],
      }),
    );
    await app.close();
    await open();
    for (const url of ["/", "/models/houses", "/models/houses/versions"])
      expect((await get(url)).body).toContain("54.35");
    const { body } = await get("/models/houses/versions/1");
    expect(body).toMatch(
      /dddddddddddd[\s\S]*job-7<\/code>, not on this machine[\s\S]*better[\s\S]*rmse 54\.35[\s\S]*in qa[\s\S]*stopped[\s\S]*in prod[\s\S]*serves now[\s\S]*deploy/,
    );
    expect((await get("/models/houses/versions/2")).body).toContain("It is in no environment.");
  });

  test("jobs of a stack have what they took and, by a price, cost; what Azure refuses is told", async () => {
    boards.set("houses", boardOf({ hasStack: true, nodePrice: { perHour: 0.5, currency: "EUR" } }));
    await app.close();
    await open();
    expect((await get("/models/houses")).body).toContain('href="/models/houses/trainings"');
    const list = (await get("/models/houses/trainings")).body;
    for (const text of ["Failed", "54.35", "90 min 0 s", "60 min 0 s", "0.50 EUR"])
      expect(list).toContain(text);
    expect(list).toContain('action="/models/houses/trainings/compare"');
    const side = (await get("/models/houses/trainings/compare?run=job-1&run=job-2")).body;
    expect(side).toMatch(/Compare runs[\s\S]*job-1[\s\S]*job-2[\s\S]*What differs/);
    expect((await get("/models/houses/trainings/compare?run=job-1")).body).toContain("Tick 2 to 8");
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
    await open({ audit: () => Promise.reject(new PlatformError("STORAGE_FAILED", "It is away.")) });
    expect((await get("/audit")).body).toContain("It is away.");
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
