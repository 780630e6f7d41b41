import { generateKeyPairSync } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { RunRecord } from "../../cli/runs/runs";
import { Workplace } from "./mlops";

const place = new Workplace();
afterAll(() => place.remove());

/** A tag of the first version, as whoever can write files may add it. */
const tag = place.path("registry", "diabetes", "1", "tags", "added.json");
const accepted = JSON.stringify({ key: "breaking", value: "all" });

const signing = { MLOPS_SIGNING_KEY: path.join(place.home, "signing-key.pem") };
const trusting = { MLOPS_TRUSTED_KEYS: path.join(place.home, "trusted.pem") };

beforeAll(async () => {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519", {
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  await writeFile(signing.MLOPS_SIGNING_KEY, privateKey);
  await writeFile(trusting.MLOPS_TRUSTED_KEYS, publicKey);
});

test("a version that nobody has signed is not served where signatures are asked for, and is once it is signed", async () => {
  const run = await place.json<RunRecord>(["lifecycle", "--until", "package"]);
  expect(run.version).toBe("diabetes:1");
  const refused = await place.run(["release", "diabetes:1", "--yes"], trusting);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/is not signed, and MLOPS_TRUSTED_KEYS asks for a version that is signed/);
  const unverified = await place.json<object[]>(["registry", "verify"], 1, trusting);
  expect(unverified).toEqual([{ version: "diabetes:1", state: "unsigned" }]);

  const signed = await place.run(["registry", "sign", "diabetes:1"], signing);
  expect(signed).toMatchObject({ code: 0, stderr: "" });
  expect(await place.json(["registry", "verify"], 0, trusting)).toEqual([
    { version: "diabetes:1", state: "valid" },
  ]);
  await writeFile(tag, accepted);
  const steered = await place.run(["release", "diabetes:1", "--yes"], trusting);
  expect(steered.code).toBe(1);
  expect(steered.stderr).toContain("have no signature that is trusted (unsigned)");
  await rm(tag);
  const released = await place.run(["release", "diabetes:1", "--yes"], trusting);
  expect(released).toMatchObject({ code: 0, stderr: "" });
  expect(released.stdout).toContain("diabetes:1 is in production.");
});

test("a tag that lets a canary pass is believed only when it is signed, too", async () => {
  await writeFile(tag, accepted);
  const [found] = await place.json<object[]>(["registry", "verify"], 1, trusting);
  expect(found).toMatchObject({ version: "diabetes:1", state: "unsigned" });
  const signed = await place.run(["registry", "sign", "diabetes:1"], signing);
  expect(signed).toMatchObject({ code: 0, stderr: "" });
  expect(await place.json(["registry", "verify"], 0, trusting)).toEqual([
    { version: "diabetes:1", state: "valid" },
  ]);
});

test("an altered record is told by verify, also when digests were made to fit", async () => {
  await writeFile(place.path("registry", "diabetes", "1", "model", "README.md"), "another card");
  const ended = await place.run(["registry", "verify"], signing);
  expect(ended.code).toBe(1);
  expect(ended.stdout).toMatch(/diabetes:1 │ altered/);
});

test("what is registered with a key is signed, and the list says what was measured", async () => {
  const env = { ...signing, MLOPS_ON_NO_PROMOTION: "continue" };
  const run = await place.json<RunRecord>(
    ["lifecycle", "--until", "register", "--data", "models/diabetes/data.csv"],
    0,
    env,
  );
  const list = await place.run(["registry", "list"]);
  expect(list.stdout).toMatch(/rmse \d+\.\d+/);
  expect(run.version).toMatch(/^diabetes:\d$/);
});
