import { existsSync, readFileSync, statSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { signedIn } from "../../build/docker-login";
import { isAzureRegistry } from "../../platform/azure/container-registry";
import { useTemporaryFolder } from "../platform/base/temporary-folder";

const folder = useTemporaryFolder();
const login = { user: "someone", password: "a secret" };
let before: string | undefined;

beforeEach(async () => {
  before = process.env.DOCKER_CONFIG;
  process.env.DOCKER_CONFIG = folder();
  await mkdir(path.join(folder(), "contexts"));
  const own = { currentContext: "remote", credsStore: "desktop", auths: { "other.example": {} } };
  await writeFile(path.join(folder(), "config.json"), JSON.stringify(own));
});

afterEach(() => {
  if (before === undefined) delete process.env.DOCKER_CONFIG;
  else process.env.DOCKER_CONFIG = before;
});

test("a sign-in is for one registry, nobody else may read it, and it is gone afterwards", async () => {
  const own = readFileSync(path.join(folder(), "config.json"), "utf8");
  const used = await signedIn("name.azurecr.io", login, ({ DOCKER_CONFIG = "" }) => {
    const file = path.join(DOCKER_CONFIG, "config.json");
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({
      currentContext: "remote",
      auths: { "name.azurecr.io": { auth: Buffer.from("someone:a secret").toString("base64") } },
    });
    expect([statSync(file).mode & 0o777, statSync(DOCKER_CONFIG).mode & 0o777]).toEqual([0o600, 0o700]);
    expect(existsSync(path.join(DOCKER_CONFIG, "contexts"))).toBe(true);
    return Promise.resolve(DOCKER_CONFIG);
  });
  expect([existsSync(used), existsSync(path.join(folder(), "contexts"))]).toEqual([false, true]);
  expect(readFileSync(path.join(folder(), "config.json"), "utf8")).toBe(own);
});

test("it is gone after a failure, too", async () => {
  let used = "";
  const failing = signedIn("name.azurecr.io", login, ({ DOCKER_CONFIG = "" }) => {
    used = DOCKER_CONFIG;
    return Promise.reject(new Error("denied"));
  });
  await expect(failing).rejects.toThrow("denied");
  expect(existsSync(used)).toBe(false);
});

test.each([
  ["mlops.azurecr.io", true],
  ["mlops-eastus.westeurope.azurecr.cn", true],
  ["registry.example", false],
  ["azurecr.io.example", false],
  ["localhost:5000", false],
])("%s is a registry of Azure's: %s", (host, expected) => {
  expect(isAzureRegistry(host)).toBe(expected);
});
