import { once } from "node:events";
import { readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { connect, type AddressInfo, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import type { FastifyInstance } from "fastify";
import { openModelPage } from "../../../../cli/dashboard/application";
import { hostedPageEntrance, publishedEntrance } from "../../../../cli/dashboard/web/access";
import { PlatformError } from "../../../../platform/base/errors";
import { signatureOf } from "../../../../platform/model/signature";
import { useTemporaryFolder } from "../../../platform/base/temporary-folder";
import { definition } from "../../report/report-fixture";

const folder = useTemporaryFolder();
const access = { key: "k".repeat(32), formKey: "f".repeat(43) };
const host = "127.0.0.1:0";
const cookie = `mlops-dashboard-0=${access.key}`;

type Parts = Parameters<typeof openModelPage>[0];

let app: FastifyInstance;
async function open(changes: Partial<Parts> = {}): Promise<void> {
  app = await openModelPage({
    model: "houses",
    access,
    entrance: publishedEntrance(undefined),
    scratch: folder(),
    maxFileMb: 1,
    openTrial: () =>
      Promise.resolve({
        version: "houses:1",
        signature: signatureOf(definition),
        example: { town: "B" },
        ask: () => Promise.resolve({ prediction: 42 }),
      }),
    scoreFile: async (input, output) => {
      await writeFile(output, `scored ${await readFile(input, "utf8")}`);
      return { read: 1, scored: 1, rejected: 0, model: "houses:1", output };
    },
    ...changes,
  });
}
beforeEach(() => open());
afterEach(() => app.close());

const get = (url: string, headers: Record<string, string> = {}) =>
  app.inject({ url, headers: { host, cookie, ...headers } });

/** A file as browsers send it. */
function send(text: string, key = access.formKey, headers: Record<string, string> = {}) {
  const boundary = "boundary";
  const part = (name: string, more: string, content: string): string =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n${content}\r\n`;
  return app.inject({
    method: "POST",
    url: "/score",
    headers: {
      host,
      cookie,
      origin: `http://${host}`,
      "content-type": `multipart/form-data; boundary=${boundary}`,
      ...headers,
    },
    payload: Buffer.from(
      `${part("key", "", key)}${part("file", '; filename="rows.csv"', text)}--${boundary}--\r\n`,
      "latin1",
    ),
  });
}

test("has the model's form, without a way to the dashboard", async () => {
  const { statusCode, body } = await get("/");
  expect(statusCode).toBe(200);
  expect(body).toContain('name="value-town"');
  expect(body).not.toMatch(/Models|live\.js|\/models\//);
});

test.each(["/models/houses", "/audit", "/live.js", "/models/houses/actions/retrain", "/jobs/1"])(
  "%s is not there",
  async (url) => {
    expect((await get(url)).statusCode).toBe(404);
  },
);

test("nobody gets in without the key, and is not told of the command", async () => {
  const { statusCode, body } = await get("/", { cookie: "" });
  expect(statusCode).toBe(401);
  expect(body).toContain("Open the link that you were given");
  expect(body).not.toContain("mlops dashboard");
});

test("a row is answered", async () => {
  const { body } = await app.inject({
    method: "POST",
    url: "/",
    headers: { host, cookie, origin: `http://${host}`, "content-type": "application/x-www-form-urlencoded" },
    payload: new URLSearchParams({ key: access.formKey, "value-town": "A" }).toString(),
  });
  expect(body).toContain(": 42");
});

test("a file comes back scored; the oldest of many is removed", async () => {
  const hrefs: string[] = [];
  for (let file = 0; file <= 20; file += 1) {
    const { body } = await send(`town\n${file}\n`);
    hrefs.push(/href="(\/scored\/[^"]+)"/.exec(body)?.[1] ?? "");
  }
  const newest = await get(hrefs.at(-1) ?? "");
  expect(newest.body).toBe("scored town\n20\n");
  expect(newest.headers["content-disposition"]).toBe('attachment; filename="houses-scored.csv"');
  expect((await get(hrefs[0] ?? "")).statusCode).toBe(404);
  expect(readdirSync(folder())).toHaveLength(2 * 20);
});

test("a file that is larger than may be is refused, and leaves nothing", async () => {
  expect((await get("/")).body).toContain("up to 1 MB");
  const { statusCode, body } = await send("a".repeat(1024 * 1024 + 1));
  expect([statusCode, body.includes("The file is larger than 1 MB")]).toEqual([400, true]);
  expect(readdirSync(folder())).toEqual([]);
  expect((await send("a".repeat(1024 * 1024))).statusCode).toBe(200);
});

test.each([
  ["packed by gzip", gzipSync("town\nA\n").toString("latin1"), "The file is compressed"],
  ["Parquet", "PAR1 and so on", "The file is compressed, or Parquet"],
  ["of more lines than are scored", "\n".repeat(1_000_001), "The file has more than 1,000,000 lines"],
])("a file that may become far larger, %s, is refused, and leaves nothing", async (_, text, told) => {
  const { statusCode, body } = await send(text);
  expect([statusCode, body.includes(told)]).toEqual([400, true]);
  expect(readdirSync(folder())).toEqual([]);
  expect((await send("town\nA\n")).statusCode).toBe(200);
});

const keyPart = `--x\r\ncontent-disposition: form-data; name="key"\r\n\r\n${access.formKey}\r\n`;

test.each([
  [
    "cut in its file",
    "; boundary=x",
    `${keyPart}--x\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n\r\na`,
  ],
  ["cut in the head of a part", "; boundary=x", `${keyPart}--x\r\ncontent-dis`],
  ["of no parts", "; boundary=x", "town"],
  ["without a boundary", "", keyPart],
])("a form that is %s is its sender's fault, and leaves nothing", async (_, boundary, payload) => {
  const { statusCode, body } = await app.inject({
    method: "POST",
    url: "/score",
    headers: { host, cookie, origin: `http://${host}`, "content-type": `multipart/form-data${boundary}` },
    payload,
  });
  expect([statusCode, body.includes("did not arrive whole")]).toEqual([400, true]);
  expect(readdirSync(folder())).toEqual([]);
});

test("a file of another format is told to its sender", async () => {
  await app.close();
  await open({
    scoreFile: (input) => Promise.reject(new PlatformError("DATA_UNREADABLE", `${input} is JSON.`)),
  });
  const { statusCode, body } = await send("[{}]");
  expect([statusCode, body.includes("rows.csv is JSON.")]).toEqual([400, true]);
});

test("a form of another process is refused, and leaves no file", async () => {
  expect((await send("town\nA\n", "other")).statusCode).toBe(409);
  expect(readdirSync(folder())).toEqual([]);
});

test("no more than two files are scored at once", async () => {
  await app.close();
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await open({
    scoreFile: async (_input, output) => {
      await held;
      await writeFile(output, "");
      return { read: 0, scored: 0, rejected: 0, model: "houses:1", output };
    },
  });
  const running = [send("a\n"), send("b\n")];
  // The first two have to be under way.
  while (readdirSync(folder()).length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  const third = await send("c\n");
  expect([third.statusCode, third.body.includes("Send yours again in a minute")]).toEqual([409, true]);
  release();
  for (const each of await Promise.all(running)) expect(each.statusCode).toBe(200);
});

describe("clients that do not send what they began", () => {
  const boundary = "boundary";
  const part = (name: string, more: string, content: string): string =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n${content}`;
  const file = part("file", '; filename="rows.csv"', "town\n");
  const sockets: Socket[] = [];
  let port: number;

  beforeEach(async () => {
    await app.listen({ host: "127.0.0.1", port: 0 });
    ({ port } = app.server.address() as AddressInfo);
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });

  /** Begins to send a form with a file, from an address of this machine. */
  function begin(body: string, localAddress = "127.0.0.2"): Socket {
    const socket = connect({ host: "127.0.0.1", port, localAddress });
    sockets.push(socket);
    socket.on("error", () => undefined);
    socket.write(
      [
        "POST /score HTTP/1.1",
        `host: 127.0.0.1:${port}`,
        `origin: http://127.0.0.1:${port}`,
        `cookie: mlops-dashboard-${port}=${access.key}`,
        `content-type: multipart/form-data; boundary=${boundary}`,
        "content-length: 100000000",
        "",
        body,
      ].join("\r\n"),
    );
    return socket;
  }

  test.each([
    ["nothing of it", ""],
    ["the key alone", `${part("key", "", access.formKey)}\r\n`],
    ["the key and half a file", `${part("key", "", access.formKey)}\r\n${file}`],
  ])("keep no file of others out with %s", async (_, body) => {
    for (let count = 0; count < 30; count++) begin(body);
    // They have to be under way.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const form = new FormData();
    form.set("key", access.formKey);
    form.set("file", new Blob(["town\nA\n"]), "rows.csv");
    const address = `http://127.0.0.1:${port}`;
    const answer = await fetch(`${address}/score`, {
      method: "POST",
      headers: { origin: address, cookie: `mlops-dashboard-${port}=${access.key}` },
      body: form,
    });
    expect(answer.status).toBe(200);
  });

  test("are refused with fields that no form has, which would be kept in memory", async () => {
    const socket = begin("");
    let said = "";
    socket.setEncoding("latin1").on("data", (text: string) => (said += text));
    const closed = once(socket, "close");
    const field = `${part("more", "", "x".repeat(1_000_000))}\r\n`;
    for (let count = 0; count < 95 && said === "" && !socket.destroyed; count++)
      if (!socket.write(field)) await Promise.race([once(socket, "drain"), once(socket, "data"), closed]);
    if (said === "") await once(socket, "data");
    expect(said).toMatch(/^HTTP\/1\.1 413 /);
  });
});

test("what is wrong with a file is told, what is wrong here is not", async () => {
  const failWith = async (error: PlatformError) => {
    await app.close();
    await open({ scoreFile: () => Promise.reject(error) });
    const write = jest.spyOn(process.stderr, "write").mockReturnValue(true);
    const { body } = await send("town\nA\n");
    const told = write.mock.calls.map(([text]) => String(text)).join("");
    write.mockRestore();
    return { body, told };
  };
  expect((await failWith(new PlatformError("DATA_INVALID", "The column town is missing."))).body).toContain(
    "The column town is missing.",
  );
  const { body, told } = await failWith(new PlatformError("STORAGE_FAILED", "/srv/home is full."));
  expect(body).not.toContain("/srv/home");
  expect(body).toContain("tell whoever gave you the link");
  expect(told).toContain("STORAGE_FAILED: /srv/home is full.");
});

test("a file is called as its sender does, whatever is wrong with it", async () => {
  await app.close();
  await open({
    scoreFile: (input) => Promise.reject(new PlatformError("DATA_INVALID", `${input} cannot be scored.`)),
  });
  const { statusCode, body } = await send("town\nA\n");
  expect(statusCode).toBe(400);
  expect(body).toContain("rows.csv cannot be scored.");
  expect(body).not.toContain(folder());
});

test("a model that does not answer is told without the operator's verbs", async () => {
  await app.close();
  await open({ openTrial: () => Promise.reject(new PlatformError("NOT_SERVING", "Run `mlops serve`.")) });
  const write = jest.spyOn(process.stderr, "write").mockReturnValue(true);
  const { statusCode, body } = await get("/");
  write.mockRestore();
  expect([statusCode, body.includes("does not answer now"), body.includes("mlops serve")]).toEqual([
    503,
    true,
    false,
  ]);
});

describe("as a web app", () => {
  const env = { WEBSITE_HOSTNAME: "page.azurewebsites.net", WEBSITE_AUTH_ENABLED: "True" };
  const asked = { host: "page.azurewebsites.net" };
  const ann = { ...asked, "x-ms-client-principal-name": "ann@example.com" };
  const origin = "https://page.azurewebsites.net";
  const statusOf = async (url: string, headers: Record<string, string>) =>
    (await app.inject({ url, headers })).statusCode;

  beforeEach(() => app.close());

  test("with a sign-in it takes whoever is signed in, and says to nobody else but that it answers", async () => {
    await open({ entrance: hostedPageEntrance(env, { isPublic: false }) });
    expect(await statusOf("/", asked)).toBe(401);
    expect(await statusOf(`/?key=${access.key}`, asked)).toBe(401);
    expect(await statusOf("/", ann)).toBe(200);
    const health = await app.inject({ url: "/healthz", headers: asked });
    expect([health.statusCode, health.body]).toEqual([200, "It answers.\n"]);
    for (const url of ["/healthz/", "/healthz/..", "//healthz", "/score"])
      expect(await statusOf(url, asked)).toBe(401);
  });

  test("open to the public it takes everybody, from pages of its own alone, and never with a key", async () => {
    await open({ entrance: hostedPageEntrance({ WEBSITE_HOSTNAME: asked.host }, { isPublic: true }) });
    const { statusCode, headers } = await app.inject({ url: "/", headers: asked });
    expect([statusCode, headers["set-cookie"]]).toEqual([200, undefined]);
    expect((await send("a\n", access.formKey, { ...asked, origin })).statusCode).toBe(200);
    expect((await send("a\n", access.formKey, { ...asked, origin: "https://evil" })).statusCode).toBe(403);
    expect((await send("a\n", "other", { ...asked, origin })).statusCode).toBe(409);
    expect(await statusOf("/models/houses", asked)).toBe(404);
  });

  test("it does not start elsewhere, nor where nobody signs people in", () => {
    expect(() => hostedPageEntrance({}, { isPublic: true })).toThrow('WEBSITE_HOSTNAME is "". Expected it');
    expect(() => hostedPageEntrance({ WEBSITE_HOSTNAME: asked.host }, { isPublic: false })).toThrow(
      'WEBSITE_AUTH_ENABLED is ""',
    );
  });
});

test("on a machine there is no other way in than the key", async () => {
  expect((await get("/healthz", { cookie: "" })).statusCode).toBe(401);
  expect((await get("/healthz")).statusCode).toBe(404);
});

test("at an address of its own it takes that, by TLS alone, and no other", async () => {
  await app.close();
  await open({ entrance: publishedEntrance("https://predict.example.com") });
  const published = { host: "predict.example.com" };
  const first = await app.inject({ url: `/?key=${access.key}`, headers: published });
  expect(first.headers["set-cookie"]).toMatch(/; Secure$/);
  expect((await get("/", { host: "other.example.com" })).statusCode).toBe(421);
  const origin = "https://predict.example.com";
  expect((await send("a\n", access.formKey, { ...published, origin })).statusCode).toBe(200);
  expect((await send("a\n", access.formKey, { ...published, origin: "https://evil" })).statusCode).toBe(403);
});
