import { writeFile } from "node:fs/promises";
import { findTruth } from "../../../cli/watching/truth-of";
import { watchedTruth } from "../../../cli/watching/watched-truth";
import type { Session } from "../../../cli/session/session";
import { readSettings } from "../../../platform/settings/settings";
import { openStorage } from "../../../platform/storage/open-storage";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";
import { Azurite } from "../../platform/storage/azurite";
import { definition } from "../report/report-fixture";

const folder = useTemporaryFolder();
const { name: model } = definition;
const asked = { target: "azure", environment: "prod", model } as const;
let azurite: Azurite;
let container = 0;
beforeAll(async () => (azurite = await Azurite.start()));
afterAll(() => azurite.stop());
afterEach(() => delete process.env.MLOPS_STACK_OUTPUTS);

const session = (env: NodeJS.ProcessEnv = {}) =>
  ({ settings: readSettings("cli", env), signal: new AbortController().signal }) as unknown as Session;

/** The stack of production, whose container has these files. */
async function stackWith(files: Readonly<Record<string, string>>): Promise<void> {
  const name = `truth-${(container += 1)}`;
  await azurite.client().createContainer(name);
  const address = azurite.signedUrl(name);
  const storage = await openStorage(address);
  for (const [file, text] of Object.entries(files)) await storage.put(file, text);
  process.env.MLOPS_STACK_OUTPUTS = JSON.stringify({
    qa: { environment: { cli: {} } },
    prod: { environment: { cli: { MLOPS_TRUTH: address } } },
  });
}

const read = async (more: { labels?: string } = {}, env: NodeJS.ProcessEnv = {}) =>
  watchedTruth(session(env), definition, { ...asked, ...more });

test("what was delivered to the stack of an environment is read as one, without what is still on its way", async () => {
  await stackWith({
    [`${model}/2026-11-20.csv`]: "request_id,row,price\nr1,0,5\n",
    [`${model}/2026/11-21.csv`]: "request_id,row,price\nr1,1,6\nr2,0,7\n",
    [`${model}/_later.csv`]: "request_id,row,price\nr3,0,8\n",
    [`${model}-of-others/1.csv`]: "request_id,row,price\nr4,0,9\n",
  });
  const { labels, accumulated, place } = await read();
  expect(labels?.map(({ id, row, value }) => [id, row, value]).sort()).toEqual([
    ["r1", 0, 5],
    ["r1", 1, 6],
    ["r2", 0, 7],
  ]);
  expect(accumulated).toBe(true);
  expect(place).toContain(`/${model}/?`);
});

test("truth that a command names goes before what was delivered, and so does a place that is named", async () => {
  await stackWith({ [`${model}/1.csv`]: "request_id,price\nr1,5\n" });
  await writeFile(folder("own.csv"), "request_id,price\nr9,1\n");
  const own = await read({ labels: folder("own.csv") });
  expect(own).toMatchObject({ labels: [{ id: "r9" }], accumulated: false });
  const named = await openStorage(folder("named"));
  await named.put(`${model}/1.csv`, "request_id,price\nr8,1\n");
  expect((await read({}, { MLOPS_TRUTH: folder("named") })).labels).toMatchObject([{ id: "r8" }]);
});

test("where nothing has come yet, and where a stack has no place for it, there is none", async () => {
  await stackWith({ [`${model}/_SUCCESS`]: "" });
  expect(await read()).toEqual({ accumulated: true });
  expect(await findTruth(session(), { ...asked, environment: "qa" })).toBeUndefined();
  expect(await findTruth(session(), { ...asked, target: "local" })).toBeUndefined();
});

test("a delivered file that cannot be read is told, and nothing is measured by it", async () => {
  await stackWith({ [`${model}/1.csv`]: "request_id,cost\nr1,5\n" });
  const { labels, fault } = await read();
  expect(labels).toBeUndefined();
  expect(fault).toMatch(/\/houses\/ lacks the column "price"/);
  expect(fault).not.toContain("sig=");
  await stackWith({
    [`${model}/1.csv`]: "request_id,price\nr1,5\n",
    [`${model}/2.csv`]: "request_id,row\nr1,5\n",
  });
  const uneven = await read();
  expect(uneven.labels).toBeUndefined();
  expect(uneven.fault).toContain("/houses/");
  expect(uneven.fault).not.toContain("mlops-labels-");
  await expect(read({ labels: folder("absent.csv") })).rejects.toThrow();
});
