import { chmod, writeFile } from "node:fs/promises";
import path from "node:path";
import { dockerCredentials } from "../../../platform/oci/docker-credentials";
import { useTemporaryFolder } from "../base/temporary-folder";

const folder = useTemporaryFolder();
const own = { ...process.env };
beforeEach(() => {
  process.env.DOCKER_CONFIG = folder();
  process.env.PATH = `${folder()}${path.delimiter}${own.PATH}`;
});
afterEach(() => {
  process.env = { ...own };
});

const configure = (config: unknown) => writeFile(folder("config.json"), JSON.stringify(config));

/** A helper as Docker's are: it reads the registry's name, and prints a sign-in or ends with 1. */
async function writeHelper(name: string, script: string): Promise<void> {
  const file = folder(`docker-credential-${name}`);
  await writeFile(file, `#!/bin/sh\nread server\n${script}\n`);
  await chmod(file, 0o755);
}

test("a sign-in is that of Docker's configuration, whatever signs its password has", async () => {
  const auth = Buffer.from("user:pass:word").toString("base64");
  await configure({ auths: { "reg.example": { auth } }, currentContext: "other" });
  expect(await dockerCredentials("reg.example")).toEqual({ user: "user", password: "pass:word" });
  expect(await dockerCredentials("other.example")).toBeUndefined();
});

test("there is none without a configuration", async () => {
  expect(await dockerCredentials("reg.example")).toBeUndefined();
});

test("a helper is asked for its registry, before the store for all", async () => {
  await writeHelper("one", `echo "{\\"Username\\":\\"one\\",\\"Secret\\":\\"$server\\"}"`);
  await writeHelper("all", "exit 1");
  await configure({ credHelpers: { "reg.example": "one" }, credsStore: "all" });
  expect(await dockerCredentials("reg.example")).toEqual({ user: "one", password: "reg.example" });
  expect(await dockerCredentials("other.example")).toBeUndefined();
});

test.each<[string, unknown, RegExp]>([
  [
    "a helper that is not installed",
    { credsStore: "absent" },
    /docker-credential-absent, which is not on the PATH/,
  ],
  ["a configuration that is none", { auths: 7 }, /is not a configuration of Docker's/],
])("%s is told with what to do", async (_, config, message) => {
  await configure(config);
  await expect(dockerCredentials("reg.example")).rejects.toThrow(message);
});

test("what a helper prints is not shown", async () => {
  await writeHelper("odd", "echo a-secret");
  await configure({ credsStore: "odd" });
  const refused = dockerCredentials("reg.example");
  await expect(refused).rejects.toThrow("did not print a sign-in");
  await expect(refused).rejects.not.toThrow("a-secret");
});
