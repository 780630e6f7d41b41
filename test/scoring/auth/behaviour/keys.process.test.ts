import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import type { Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { readPredictionLog } from "../../../../platform/predictions/prediction-log";
import { openLocalStorage } from "../../../../platform/storage/local-storage";
import { useTemporaryFolder } from "../../../platform/base/temporary-folder";
import { callService } from "../../../../deploy/tests/call-service";
import { makeCertificate, writeCertificate } from "../../../platform/http/certificate";
import { useIdentityEndpoint } from "../../../platform/azure/identity-endpoint";
import { row, writeCostModel } from "../../model-fixture";
import { until, usePrograms, type ScoringProgram } from "../../process/scoring-program";

const start = usePrograms();
const folder = useTemporaryFolder();
const body = JSON.stringify({ data: [row] });
const keys = ["primary", "secondary", "third", "fourth"].map((name) => `${name}-key-of-this-test-7f3a`);
const [primary = "", secondary = "", third = "", fourth = ""] = keys;

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

async function startWith(
  settings: Record<string, string>,
): Promise<{ program: ScoringProgram; url: string }> {
  await writeCostModel(folder("model"));
  const program = start({
    MLOPS_MODEL_DIRECTORY: folder("model"),
    MLOPS_AUTH: "keys",
    MLOPS_LOG_LEVEL: "trace",
    ...settings,
  });
  return { program, url: `http://127.0.0.1:${await program.port()}` };
}

function score(url: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/score`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });
}

async function accepts(url: string, key: string): Promise<boolean> {
  const { status } = await score(url, { authorization: `Bearer ${key}` });
  if (status !== 200 && status !== 401) throw new Error(`status ${status}`);
  return status === 200;
}

/** No key, of those that were right or wrong, is in anything the process wrote. */
function expectNoKeyIn({ output }: ScoringProgram): void {
  for (const key of [...keys, "a-wrong-key-of-this-test"]) expect(output).not.toContain(key);
}

test("either key is accepted, in either header; without one, or with another, the answer is 401", async () => {
  const { program, url } = await startWith({ MLOPS_PRIMARY_KEY: primary, MLOPS_SECONDARY_KEY: secondary });
  for (const key of [primary, secondary]) {
    expect((await score(url, { authorization: `Bearer ${key}` })).status).toBe(200);
    expect((await score(url, { authorization: `bearer ${key}` })).status).toBe(200);
    expect((await score(url, { "x-api-key": key })).status).toBe(200);
  }
  const none = await score(url);
  expect(none.status).toBe(401);
  expect(none.headers.get("www-authenticate")).toBe('Bearer realm="scoring"');
  expect(none.headers.get("content-type")).toMatch(/^application\/problem\+json/);
  expect(await none.json()).toMatchObject({ code: "UNAUTHORIZED", status: 401 });
  const wrong: Record<string, string>[] = [
    { authorization: "Bearer a-wrong-key-of-this-test" },
    { "x-api-key": "a-wrong-key-of-this-test" },
    { "x-api-key": `${primary}x` },
    { "x-api-key": primary.slice(0, -1) },
    { authorization: `Basic ${primary}` },
    { authorization: primary },
    { authorization: "Bearer " },
    { authorization: `Bearer ${"a".repeat(15_000)}` },
  ];
  for (const headers of wrong) {
    const answer = await score(url, headers);
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer realm="scoring"/);
    expect(await answer.text()).not.toContain("key-of-this-test");
  }
  program.signal("SIGTERM");
  expect(await program.ended).toBe(0);
  expectNoKeyIn(program);
});

test("what tells of the model wants a key; whether the service lives and is ready does not", async () => {
  const { url } = await startWith({ MLOPS_PRIMARY_KEY: primary });
  for (const path of [
    "/",
    "/healthz",
    "/readyz?verbose",
    "/ping",
    "/v2/health/live",
    "/v2/health/ready",
    "/docs",
  ]) {
    expect((await fetch(`${url}${path}`)).status).toBe(200);
  }
  for (const path of [
    "/metadata",
    "/metrics",
    "/openapi.json",
    "/v2",
    "/v2/models/cost",
    "/nothing",
    "//healthz",
    "/healthz/../metadata",
    "/score?a=/healthz",
  ]) {
    expect((await fetch(`${url}${path}`)).status).toBe(401);
  }
  expect((await fetch(`${url}/metadata`, { headers: { "x-api-key": primary } })).status).toBe(200);
});

test("keys of a folder change without a restart, also by the link that a mounted secret changes by", async () => {
  const writeKeys = async (name: string, pair: Record<string, string>): Promise<void> => {
    await mkdir(folder(name));
    for (const [file, key] of Object.entries(pair)) await writeFile(folder(name, file), `${key}\n`);
    await symlink(folder(name), folder("link"));
    await rename(folder("link"), folder("keys"));
  };
  await writeKeys("first", { primary, secondary });
  const { program, url } = await startWith({ MLOPS_KEYS_FOLDER: folder("keys") });
  expect(await accepts(url, secondary)).toBe(true);
  await writeKeys("second", { primary: third, secondary: primary });
  await until(() => accepts(url, third));
  expect(await accepts(url, primary)).toBe(true);
  expect(await accepts(url, secondary)).toBe(false);
  // Keys that cannot be read, or are none, change nothing.
  await writeFile(folder("second", "primary"), "short");
  await until(() => program.output.includes("The keys cannot be read; those read last stay valid."));
  expect(await accepts(url, third)).toBe(true);
  await rm(folder("second", "secondary"));
  await writeFile(folder("second", "primary"), fourth);
  await until(() => accepts(url, fourth));
  expect(await accepts(url, primary)).toBe(false);
  program.signal("SIGTERM");
  expect(await program.ended).toBe(0);
  expectNoKeyIn(program);
  expect(program.output).not.toContain("short");
});

test("a process that has no keys to begin with does not start, and shows none that are wrong", async () => {
  await writeCostModel(folder("model"));
  const settings = { MLOPS_MODEL_DIRECTORY: folder("model"), MLOPS_AUTH: "keys" };
  const missing = start({ ...settings, MLOPS_KEYS_FOLDER: folder("nowhere") });
  expect(await missing.ended).toBe(2);
  expect(missing.output).toMatch(/nowhere\/primary does not exist\./);
  const wrong = start({ ...settings, MLOPS_PRIMARY_KEY: "too short", MLOPS_SECONDARY_KEY: `${primary} ` });
  expect(await wrong.ended).toBe(2);
  expect(wrong.output).toContain(
    "MLOPS_PRIMARY_KEY is not valid (its value is not shown). Expected 16 to 256",
  );
  expect(wrong.output).toContain("MLOPS_SECONDARY_KEY is not valid");
  expect(wrong.output).not.toContain("too short");
  expectNoKeyIn(wrong);
});

test("anyone may call only where nobody else can, or where that is asked for by name", async () => {
  await writeCostModel(folder("model"));
  const settings = { MLOPS_MODEL_DIRECTORY: folder("model"), MLOPS_HOST: "0.0.0.0" };
  const refused = start(settings);
  expect(await refused.ended).toBe(2);
  expect(refused.output).toContain('MLOPS_AUTH is not set, and others can reach MLOPS_HOST "0.0.0.0".');
  const asked = start({ ...settings, MLOPS_AUTH: "none" });
  expect((await score(`http://127.0.0.1:${await asked.port()}`)).status).toBe(200);
});

describe("a Key Vault", () => {
  /** A server that answers as a vault does: first a challenge that says where to get a token, then the secret. */
  async function openVault(secrets: Record<string, string>) {
    await writeCertificate("localhost", { key: folder("vault.key"), certificate: folder("vault.crt") });
    const state = { down: false, asked: [] as string[] };
    const tls = { key: readFileSync(folder("vault.key")), cert: readFileSync(folder("vault.crt")) };
    const server = createTlsServer(tls, (request, response) => {
      const send = (status: number, content: object, headers: Record<string, string> = {}): void => {
        response.writeHead(status, { "content-type": "application/json", ...headers });
        response.end(JSON.stringify(content));
      };
      if (state.down) return send(403, { error: { code: "Forbidden", message: "The vault is closed." } });
      if (request.headers.authorization !== "Bearer token-of-the-identity") {
        const challenge = `Bearer authorization="https://login.microsoftonline.com/tenant", resource="https://vault.azure.net"`;
        return send(401, { error: { code: "Unauthorized" } }, { "www-authenticate": challenge });
      }
      const [, , name = ""] = (request.url ?? "").split("?")[0]?.split("/") ?? [];
      state.asked.push(name);
      const value = secrets[name];
      if (value === undefined)
        return send(404, { error: { code: "SecretNotFound", message: "No such secret." } });
      return send(200, { value, id: `https://localhost/secrets/${name}/1`, attributes: { enabled: true } });
    });
    const port = await listening(server);
    return { url: `https://localhost:${port}`, state, certificate: folder("vault.crt") };
  }

  const identityEndpoint = useIdentityEndpoint();
  const openIdentity = () => identityEndpoint("https://vault.azure.net", "token-of-the-identity");

  test("gives the keys to the process's own identity; new ones are read, and the last stay while it is down", async () => {
    const secrets: Record<string, string> = { "scoring-primary-key": primary, other: secondary };
    const vault = await openVault(secrets);
    const { program, url } = await startWith({
      ...(await openIdentity()),
      MLOPS_KEY_VAULT: vault.url,
      MLOPS_KEY_VAULT_SECONDARY: "other",
      MLOPS_KEY_VAULT_REFRESH_MS: "200",
      NODE_EXTRA_CA_CERTS: vault.certificate,
    });
    expect(await accepts(url, primary)).toBe(true);
    expect(await accepts(url, secondary)).toBe(true);
    secrets["scoring-primary-key"] = third;
    await until(() => accepts(url, third));
    expect(await accepts(url, primary)).toBe(false);
    vault.state.down = true;
    await until(() => program.output.includes("The keys cannot be read; those read last stay valid."));
    expect(await accepts(url, third)).toBe(true);
    secrets["scoring-primary-key"] = fourth;
    vault.state.down = false;
    await until(() => accepts(url, fourth));
    expect(new Set(vault.state.asked)).toEqual(new Set(["scoring-primary-key", "other"]));
    program.signal("SIGTERM");
    expect(await program.ended).toBe(0);
    expect(program.output).toContain("The keys can be read again.");
    expectNoKeyIn(program);
    expect(program.output).not.toContain("token-of-the-identity");
  });

  test("without the secret ends the process with a message that names it", async () => {
    const vault = await openVault({});
    await writeCostModel(folder("model"));
    const program = start({
      ...(await openIdentity()),
      MLOPS_MODEL_DIRECTORY: folder("model"),
      MLOPS_AUTH: "keys",
      MLOPS_KEY_VAULT: vault.url,
      NODE_EXTRA_CA_CERTS: vault.certificate,
    });
    expect(await program.ended).toBe(2);
    expect(program.output).toContain(`There is no secret scoring-primary-key in ${vault.url}.`);
  });

  test("gives the certificate that the service serves with, and the one that the vault has made next", async () => {
    const pemOf = async (name: string): Promise<string> => {
      const { key, cert } = await makeCertificate(name);
      return `${key}\n${cert}`;
    };
    const secrets = { "scoring-certificate": await pemOf("first") };
    const vault = await openVault(secrets);
    const { program, url } = await startWith({
      ...(await openIdentity()),
      MLOPS_PRIMARY_KEY: primary,
      MLOPS_TLS_KEY_VAULT: vault.url,
      MLOPS_KEY_VAULT_REFRESH_MS: "200",
      NODE_EXTRA_CA_CERTS: vault.certificate,
    });
    const secure = url.replace("http:", "https:");
    const headers = { authorization: `Bearer ${primary}`, "content-type": "application/json" };
    const answers = async (certificate: string): Promise<number> =>
      (await callService(`${secure}/score`, { method: "POST", headers, body, certificate })).status;
    const [first, second] = [secrets["scoring-certificate"], await pemOf("second")];
    expect(await answers(first)).toBe(200);
    await expect(score(url)).rejects.toThrow();
    secrets["scoring-certificate"] = "no certificate";
    await until(() =>
      program.output.includes("The certificate cannot be read; the previous one stays in use."),
    );
    secrets["scoring-certificate"] = second;
    await until(() => program.output.includes("The certificate has changed"));
    expect(await answers(second)).toBe(200);
    program.signal("SIGTERM");
    expect(await program.ended).toBe(0);
    expect(program.output).not.toContain("PRIVATE KEY");
  });

  test("that has no certificate ends the process: keys are not taken over plain HTTP instead", async () => {
    const vault = await openVault({});
    await writeCostModel(folder("model"));
    const program = start({
      ...(await openIdentity()),
      MLOPS_MODEL_DIRECTORY: folder("model"),
      MLOPS_AUTH: "keys",
      MLOPS_PRIMARY_KEY: primary,
      MLOPS_TLS_KEY_VAULT: vault.url,
      NODE_EXTRA_CA_CERTS: vault.certificate,
    });
    expect(await program.ended).toBe(2);
    expect(program.output).toContain(`There is no certificate scoring-certificate in ${vault.url}.`);
  });

  test.each([
    ["has the key of our own tests: requests that show it are marked in the log", true],
    ["lacks it: no request is taken for a test's, and the process says so", false],
  ])("%s", async (_, there) => {
    const vault = await openVault(there ? { "scoring-test-key": third } : {});
    const { program, url } = await startWith({
      ...(await openIdentity()),
      MLOPS_PRIMARY_KEY: primary,
      MLOPS_TEST_KEY_VAULT: vault.url,
      MLOPS_PREDICTION_LOG: folder("log"),
      NODE_EXTRA_CA_CERTS: vault.certificate,
    });
    const marks = [third, secondary].map((mark) => ({
      authorization: `Bearer ${primary}`,
      "x-mlops-test": mark,
    }));
    for (const headers of marks) expect((await score(url, headers)).status).toBe(200);
    program.signal("SIGTERM");
    expect(await program.ended).toBe(0);
    const logged: boolean[] = [];
    const storage = openLocalStorage(folder("log"));
    const query = { environment: "qa", model: "cost", report: jest.fn() };
    for await (const { test = false } of readPredictionLog(storage, query)) logged.push(test);
    expect(logged).toEqual([there, false]);
    expect(program.output.includes("The key of our own tests, scoring-test-key, cannot be read")).toBe(
      !there,
    );
    expectNoKeyIn(program);
  });
});
