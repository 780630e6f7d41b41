import { writeFile } from "node:fs/promises";
import { describeForgotten } from "../../../../cli/forgetting/describe-forgotten";
import { forget } from "../../../../cli/forgetting/forget";
import { placesOf } from "../../../../cli/forgetting/places";
import { pushData } from "../../../../cli/data/push-data";
import { digestOfStackData } from "../../../../cli/data/stack-data";
import { openSession, type Session } from "../../../../cli/session/session";
import { deliverySchema } from "../../../../platform/data/delivery";
import { openData } from "../../../../platform/data/open-data";
import { DataVersions } from "../../../../platform/data/versions/data-versions";
import { parseModelDefinition } from "../../../../platform/definition/definition";
import type { LoadedDefinition } from "../../../../platform/definition/definitions";
import { openStorage } from "../../../../platform/storage/open-storage";
import type { Storage } from "../../../../platform/storage/storage";
import { trailIn } from "../../../platform/audit/trail.contract";
import { useTemporaryFolder } from "../../../platform/base/temporary-folder";
import { Azurite } from "../../../platform/storage/azurite";

/** Two stacks with containers of their own: what a command knows of them are their outputs. */
const stacks = ["qa", "prod"] as const;
type Stack = (typeof stacks)[number];

const folder = useTemporaryFolder();
let azurite: Azurite;
let round = 0;
beforeAll(async () => (azurite = await Azurite.start()));
afterAll(() => azurite.stop());
const given = ["MLOPS_HOME", "MLOPS_STACK_OUTPUTS"] as const;
afterEach(() => given.forEach((name) => delete process.env[name]));

const definition = parseModelDefinition(
  {
    name: "cost",
    task: "regression",
    data: "data.csv",
    columns: [
      { name: "key", type: "category", role: "id" },
      { name: "age", type: "number" },
      { name: "cost", type: "number", role: "target" },
    ],
    trainer: { kind: "ridge", alpha: 1 },
    gate: { metric: "rmse" },
  },
  "the test",
);
const csv = (...rows: string[]): string => ["key,age,cost", ...rows, ""].join("\n");
const others = ["a1,30,5", "a2,40,6"];
const eves = "r7/0,41,7";

const address = (container: string, below = ""): string => {
  const url = new URL(azurite.signedUrl(container));
  url.pathname += below;
  return url.href;
};

/** All that lies in the containers of both stacks, as text. */
async function everything(): Promise<string> {
  const texts: string[] = [];
  for (const name of stacks.flatMap((stack) => containersOf(stack))) {
    const storage = await openStorage(address(name));
    for (const file of await storage.list(""))
      texts.push(`${file}\n${Buffer.from(await storage.get(file)).toString()}`);
  }
  return texts.join("\n");
}

const containerOf = (stack: Stack, what: string): string => `${stack}-${what}-${round}`;
const containersOf = (stack: Stack): string[] =>
  ["data", "models", "log", "truth"].map((what) => containerOf(stack, what));

interface There {
  readonly session: Session;
  readonly loaded: LoadedDefinition;
  readonly data: (stack: Stack) => Promise<Storage>;
  readonly push: (stack: Stack, text: string) => Promise<void>;
  readonly call: (remove: boolean) => ReturnType<typeof forget>;
}

async function open(): Promise<There> {
  round += 1;
  const service = azurite.client();
  for (const name of stacks.flatMap((stack) => containersOf(stack))) await service.createContainer(name);
  const outputs = Object.fromEntries(
    stacks.map((stack) => [
      stack,
      {
        dataAddress: address(containerOf(stack, "data")),
        environment: {
          cli: {
            MLOPS_DATA_VERSIONS: address(containerOf(stack, "models"), "/data-versions"),
            MLOPS_TRUTH: address(containerOf(stack, "truth")),
          },
          scoring: { MLOPS_PREDICTION_LOG: address(containerOf(stack, "log")) },
        },
      },
    ]),
  );
  process.env.MLOPS_STACK_OUTPUTS = JSON.stringify(outputs);
  process.env.MLOPS_HOME = folder(`home-${round}`);
  const opened = await openSession({
    json: true,
    signal: new AbortController().signal,
    attached: false,
    target: "azure",
  });
  const session = {
    ...opened,
    audit: trailIn(await openStorage(folder(`audit-${round}`))),
    registry: { list: () => Promise.resolve([{ name: "cost", version: 3, tags: { data: "" } }]) },
  } as unknown as Session;
  const loaded = { definition, dataFile: folder(`absent-${round}.csv`) } as LoadedDefinition;
  const data = (stack: Stack) => openStorage(address(containerOf(stack, "data")));
  return {
    session,
    loaded,
    data,
    push: async (stack, text) => {
      const storage = await data(stack);
      await withSource(text, (source) =>
        pushData({ storage, model: "cost", source, now: new Date(), force: false, announce: false }),
      );
    },
    call: async (remove) => {
      const places = await placesOf(session, "azure");
      return forget({ ...session, places }, loaded, { id: "r7", remove });
    },
  };
}

async function withSource<T>(
  text: string,
  work: (source: Awaited<ReturnType<typeof openData>>["source"]) => Promise<T>,
): Promise<T> {
  const file = folder(`delivered-${round}.csv`);
  await writeFile(file, text);
  const { engine, source } = await openData(definition, file);
  try {
    return await work(source);
  } finally {
    await engine.close();
  }
}

/** As a job of the stack keeps what it trains on. */
async function keepIn(stack: Stack, text: string): Promise<string> {
  const versions = new DataVersions(
    await openStorage(address(containerOf(stack, "models"), "/data-versions")),
    () => undefined,
  );
  return withSource(text, async (source) => (await versions.keep(definition, source, new Date())).digest);
}

async function logIn(stack: Stack, id: string): Promise<void> {
  const storage = await openStorage(address(containerOf(stack, "log")));
  const record = {
    id,
    time: "2026-11-21T12:00:00.000Z",
    model: "cost:1",
    inputs: [{ age: 41 }],
    outputs: [7],
  };
  const file = `${stack}/cost/date=2026-11-21/hour=12/${id}.jsonl`;
  await storage.put(file, `${JSON.stringify(record)}\n`);
}

test("a person goes from the logs, the data versions and the deliveries of every stack, and none is left", async () => {
  const { session, data, push, call } = await open();
  const former = await keepIn("qa", csv(...others, eves));
  await keepIn("prod", csv(...others, eves));
  await push("qa", csv("a1,30,5", eves));
  await push("qa", csv(...others, eves));
  await (await data("prod")).put("cost/2026/one.csv", csv(others[0] ?? "", eves));
  await (await data("prod")).put("cost/2026/two.csv", csv(eves));
  for (const stack of stacks) for (const id of ["r7", "r8"]) await logIn(stack, id);
  const truth = await openStorage(address(containerOf("prod", "truth")));
  await truth.put("cost/2026-11-21.csv", "request_id,cost\nr7,9\nr8,10\n");
  await truth.put("cost/2026-11-22.csv", "request_id,cost\nr7,9\n");
  expect((await session.dataVersions?.list("cost"))?.map(({ digest }) => digest)).toEqual([former]);

  const found = await call(false);
  expect(found).toMatchObject({
    records: { qa: 1, prod: 1 },
    rows: 0,
    truth: 2,
    dataVersions: [
      { environment: "qa", rows: 1 },
      { environment: "prod", rows: 1 },
    ],
    delivered: [
      { environment: "qa", rows: 2, files: 2 },
      { environment: "prod", rows: 2, files: 2 },
    ],
    removed: false,
  });
  expect(await everything()).toContain("r7");

  const forgotten = await call(true);
  const left = await everything();
  expect(left).not.toContain("r7");
  expect(left).toContain("r8");
  expect(await truth.list("")).toEqual(["cost/2026-11-21.csv"]);
  expect(left).toContain("a2,40,6");
  expect(describeForgotten(forgotten, { model: "cost", serving: [] })).toMatch(
    /^Removed: 1 record of the prediction log in qa; 1 record of the prediction log in prod; 2 rows of the truth that was delivered; 2 rows of what was delivered to qa, in 2 files; 2 rows of what was delivered to prod, in 2 files; 1 row of data version \S+ in qa, what is left of which is \S+; /,
  );
  // A job still finds its data, and what it reads is what the manifest says.
  const container = await data("qa");
  expect(await digestOfStackData(container, "cost")).toMatch(/^[0-9a-f]{64}$/);
  const manifest = deliverySchema.parse(
    JSON.parse(Buffer.from(await container.get("cost/_manifest.json")).toString()),
  );
  const [only] = manifest.files;
  expect(manifest).toMatchObject({
    rows: 2,
    files: [{ path: expect.stringMatching(/delivered-\d+\.csv$/) }],
  });
  const [delivered, another] = await container.list("cost/_deliveries/");
  expect([delivered, another]).toEqual([`cost/${only?.path}`, undefined]);
  expect(only?.path).toContain(manifest.digest.slice(0, 12));
});

test("a delivery of which nothing would be left is refused, and so is to call it done where a file cannot be read", async () => {
  const { data, push, call } = await open();
  await push("qa", csv(eves));
  await expect(call(true)).rejects.toMatchObject({
    code: "DATA_INVALID",
    message: expect.stringContaining("All 1 rows of the data that a stack trains on would have to go"),
  });
  await push("qa", csv(...others));
  const forgotten = await call(true);
  expect(await everything()).not.toContain("r7");
  expect(forgotten).toMatchObject({ delivered: [{ environment: "qa", files: 1 }], unread: [] });

  await (await data("prod")).put("cost/broken.parquet", "no parquet");
  await expect(call(true)).rejects.toMatchObject({
    code: "DATA_UNREADABLE",
    message: expect.stringContaining("prod: cost/broken.parquet"),
  });
  await logIn("prod", "r7");
  expect(describeForgotten(await call(true), { model: "cost", serving: [] })).toContain(
    "Not complete: these files cannot be read. Look into them yourself: prod: cost/broken.parquet.",
  );
});

test("what Azure keeps of blobs that were changed goes last, with the person and not without", async () => {
  const { session, loaded, call } = await open();
  await logIn("qa", "r7");
  await call(false);
  const places = await placesOf(session, "azure");
  const dropped: string[] = [];
  const note = (what: string) => async (prefix: string) => {
    expect(await everything()).not.toContain("r7");
    dropped.push(`${what} ${prefix}`);
  };
  places.logs.forEach((log) => jest.spyOn(log, "dropEarlier").mockImplementation(note("log")));
  for (const { environment = "", dataVersions, delivered } of places.data) {
    if (delivered) jest.spyOn(delivered, "dropEarlier").mockImplementation(note(`data of ${environment}`));
    if (dataVersions)
      jest.spyOn(dataVersions, "dropEarlier").mockImplementation(note(`versions of ${environment}`));
  }
  for (const { environment, storage } of places.truths)
    jest.spyOn(storage, "dropEarlier").mockImplementation(note(`truth of ${environment}`));
  const again = (id: string) => forget({ ...session, places }, loaded, { id, remove: true });
  await expect(again("r9")).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect(dropped).toEqual([]);
  await again("r7");
  expect(dropped).toEqual([
    ...["log qa/cost/", "log prod/cost/", "log qa/cost/", "log prod/cost/"],
    ...["versions of qa cost", "data of qa cost/", "versions of prod cost", "data of prod cost/"],
    ...["truth of qa cost/", "truth of prod cost/"],
  ]);
});

test("a stack that is not told of is not passed over", async () => {
  const { call } = await open();
  process.env.MLOPS_STACK_OUTPUTS = JSON.stringify({
    qa: (JSON.parse(process.env.MLOPS_STACK_OUTPUTS ?? "{}") as Record<string, unknown>).qa,
  });
  await expect(call(true)).rejects.toThrow("MLOPS_STACK_OUTPUTS does not have the stack prod");
});

test("data that a stack of an earlier version keeps is not looked for in the home instead", async () => {
  const { session, call } = await open();
  process.env.MLOPS_STACK_OUTPUTS = JSON.stringify({ qa: { environment: { cli: {} } } });
  const missing = "MLOPS_DATA_VERSIONS is not set, and the outputs of stack qa do not have it.";
  await expect(call(true)).rejects.toThrow(missing);
  await expect(session.dataVersions?.list("cost")).rejects.toThrow(missing);
});
