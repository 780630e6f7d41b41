import { readFile, writeFile } from "node:fs/promises";
import type { PlatformError } from "../../../../platform/base/errors";
import { digestOf, digestOfListing } from "../../../../platform/base/files";
import { openMlflowRegistry } from "../../../../platform/registry/mlflow/mlflow-registry";
import type { ModelVersion, Registry } from "../../../../platform/registry/registry";
import { useTemporaryFolder } from "../../base/temporary-folder";
import { makeModelDirectory } from "../model-fixture";
import type { Trouble } from "./mlflow-stand-in";
import { MlflowStandIn } from "./mlflow-stand-in";
import { registryContract } from "../registry.contract";

const metrics = {
  heldOut: { rows: 80, metrics: { rmse: 50.5 } },
  training: { rows: 320, metrics: { rmse: 49 } },
};
const digest = digestOf("data");
const lineage = {
  model: "diabetes",
  run: "r1",
  createdAt: "2026-11-21T00:00:00.000Z",
  data: { source: "data.csv", digest, rows: 400, trainingRows: 320, heldOutRows: 80 },
  code: { commit: "abc" },
  definitionDigest: digest,
  parameters: { kind: "ridge", alpha: 1 },
  seed: 1,
  tools: {},
};

const crossed: Trouble = {
  status: 400,
  body: JSON.stringify({
    error_code: "BAD_REQUEST",
    message: "(sqlite3.IntegrityError) UNIQUE constraint failed",
  }),
};

const timing = { firstPauseMs: 5, maxPauseMs: 2000, timeoutMs: 1500 };

describe.each([
  ["an MLflow server", false],
  ["an Azure Machine Learning workspace", true],
])("the registry in %s", (_, azure) => {
  const folder = useTemporaryFolder();
  const reported: string[] = [];
  let server: MlflowStandIn;

  const open = (runId?: string): Registry =>
    openMlflowRegistry({
      trackingUri: server.trackingUri,
      token: () => Promise.resolve("t0ken"),
      timing,
      report: ({ message }: PlatformError) => void reported.push(message),
      ...(runId !== undefined && { runId }),
    });
  const model = (): Promise<string> => makeModelDirectory(folder("model"));

  beforeEach(async () => {
    reported.length = 0;
    server = await new MlflowStandIn(azure).start();
  });
  afterEach(() => server.close());

  registryContract(() => Promise.resolve(open()), folder);

  const upload = azure ? "container/" : "artifacts/";

  test.each<[string, Trouble[]]>([
    ["model-versions/create", ["cut reply"]],
    ["model-versions/create", ["half a reply", "cut before"]],
    ["model-versions/create", ["silence, then done"]],
    ["model-versions/create", ["cut before", "cut before", "cut reply"]],
    ["model-versions/create", [{ status: 500 }, { status: 503 }, { status: 429 }]],
    ["runs/create", ["cut reply"]],
    ["runs/create", [{ status: 502, body: "<html>", headers: { "content-type": "text/html" } }]],
    ["registered-models/create", ["cut reply"]],
    ["experiments/create", ["half a reply"]],
    ...(azure
      ? ([
          ["model-versions/search", ["half a reply"]],
          ["model-versions/set-tag", ["cut reply", { status: 500 }]],
          ["model-versions/delete-tag", ["cut reply"]],
        ] satisfies [string, Trouble[]][])
      : ([
          ["registered-models/alias", ["cut reply", { status: 500 }]],
          // What a real server says when two set an alias that nobody has.
          ["registered-models/alias", [crossed, crossed]],
          ["registered-models/get", ["half a reply"]],
        ] satisfies [string, Trouble[]][])),
  ])("does everything once when %s meets %j", async (path, troubles) => {
    server.trouble(path, ...troubles);
    const registry = open();
    const first = await registry.register("diabetes", await model(), { run: "r1" });
    const second = await registry.register("diabetes", await model(), { run: "r2" });
    await registry.setAlias(first, "champion");
    await registry.setAlias(second, "champion");
    const versions = await registry.list();
    expect(versions.map(({ version, tags, aliases }) => [version, tags.run, aliases])).toEqual([
      [first.version, "r1", []],
      [second.version, "r2", ["champion"]],
    ]);
    expect(server.versions).toHaveLength(2);
    expect([...server.runs.values()].map(({ info }) => (info as { status: string }).status)).toEqual([
      "FINISHED",
      "FINISHED",
    ]);
    expect(server.count(path)).toBeGreaterThan(troubles.length);
  });

  test("keeps one of two versions that a slow server made of one request", async () => {
    const registry = open();
    await registry.register("diabetes", await model(), {});
    server.trouble("model-versions/create", "cut reply");
    // The look-up comes before the server shows what it has made.
    server.trouble("model-versions/search", { status: 200, body: "{}" });
    const { version } = await registry.register("diabetes", await model(), {});
    expect(version).toBe(2);
    expect((await registry.list()).map((each) => each.version)).toEqual([1, 2]);
    expect(server.count("model-versions/create")).toBe(3);
  });

  test("reports a version that cannot be made, and leaves none", async () => {
    server.trouble("model-versions/create", ...Array<Trouble>(4).fill({ status: 500 }));
    await expect(open().register("diabetes", await model(), {})).rejects.toMatchObject({
      code: "MLFLOW_FAILED",
      message: `model-versions/create failed: MLflow (${new URL(server.origin).host}) returned HTTP 500. The fault is the server's. Look at its log, or try again later.`,
    });
    expect(server.versions).toEqual([]);
    expect(server.count("model-versions/create")).toBe(4);
    expect(server.runs.get("run0")).toMatchObject({ info: { status: "FAILED" } });
  });

  test("uploads and downloads again what was cut off", async () => {
    server.trouble(upload, "cut before", { status: 503 });
    const registry = open();
    const ref = await registry.register("diabetes", await model(), {});
    server.trouble(upload, "half a reply", "cut before");
    await registry.download(ref, folder("copy"));
    expect(await readFile(folder("copy", "model.onnx"))).toEqual(
      await readFile(folder("model", "model.onnx")),
    );
  });

  test("sends its token to the server, and to no storage", async () => {
    const registry = open();
    await registry.download(await registry.register("diabetes", await model(), {}), folder("copy"));
    const files = server.seen.filter(({ call: path }) => path.startsWith(upload));
    const others = server.seen.filter(({ call: path }) => !path.startsWith(upload));
    expect(files).toHaveLength(8);
    expect(new Set(files.map(({ authorization }) => authorization))).toEqual(
      new Set([azure ? undefined : "Bearer t0ken"]),
    );
    expect(files.slice(0, 4).every(({ blobType }) => (blobType === "BlockBlob") === azure)).toBe(true);
    expect(new Set(others.map(({ authorization }) => authorization))).toEqual(new Set(["Bearer t0ken"]));
  });

  test("does not show the signature of an address", async () => {
    server.trouble(upload, { status: 403, body: "<Error>sig=secret</Error>" });
    const error: unknown = await open()
      .register("diabetes", await model(), {})
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "MLFLOW_FAILED", message: expect.stringContaining("HTTP 403") });
    expect((error as Error).message).not.toContain("secret");
  });

  test.each([
    [
      "a file of the model",
      "model/model.onnx",
      "diabetes:1 is not what was registered: model.onnx changed on the server",
    ],
    ["the list of files", "files.json", "files.json of diabetes:1 is not as it was written"],
  ])("notices that %s was changed on the server", async (_what, name, message) => {
    const registry = open();
    const ref = await registry.register("diabetes", await model(), {});
    const place = [...server.files.keys()].find((each) => each.endsWith(name)) ?? "";
    server.files.set(place, Buffer.from("changed"));
    await expect(registry.download(ref, folder("copy"))).rejects.toMatchObject({
      code: "REGISTRY_CORRUPT",
      message: `${message}. Register the model again.`,
    });
    await expect(readFile(folder("copy", "MLmodel"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("refuses a list of files that leads out of the folder", async () => {
    const registry = open();
    const ref = await registry.register("diabetes", await model(), {});
    const place = [...server.files.keys()].find((each) => each.endsWith("files.json")) ?? "";
    const listing = [{ path: "../evil", digest: digestOf("") }];
    server.files.set(place, Buffer.from(JSON.stringify(listing)));
    for (const version of server.versions) {
      version.tags = [{ key: "mlops.digest", value: digestOfListing(listing) }];
    }
    await expect(registry.download(ref, folder("copy"))).rejects.toMatchObject({ code: "REGISTRY_CORRUPT" });
    await expect(readFile(folder("evil"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("registers in the run of a job, which goes on", async () => {
    await open().register("titanic", await model(), {});
    server.trouble("runs/create", { status: 500 });
    await open("run0").register("diabetes", await model(), {});
    expect(server.runs.size).toBe(1);
    expect(server.versions.at(-1)).toMatchObject({ name: "diabetes", run_id: "run0" });
    expect(server.count("runs/update")).toBe(1);
    await expect(open("gone").register("diabetes", await model(), {})).rejects.toMatchObject({
      message: expect.stringContaining("HTTP 404 (RESOURCE_DOES_NOT_EXIST: Run with id=gone not found)"),
    });
  });

  test("leaves out what other programs registered, and says of a version why it cannot be used", async () => {
    const registry = open();
    const ref = await registry.register("diabetes", await model(), {});
    const [own] = server.versions;
    if (own === undefined) throw new Error("nothing was registered");
    server.versions.push(
      { ...own, version: "2", tags: [] },
      { ...own, version: "3", status: "FAILED_REGISTRATION", status_message: "no files" },
      { ...own, version: "4", tags: [{ key: "mlops.digest", value: "x" }] },
    );
    expect((await registry.list()).map(({ version }) => version)).toEqual([1]);
    const why = [
      "diabetes:3 is not ready (FAILED_REGISTRATION: no files). Wait, or register the model again.",
      'The tag "mlops.digest" of diabetes:4 is not a digest. Register the model again.',
    ];
    expect(reported).toEqual(why);
    const ofOther =
      'diabetes:2 has no tag "mlops.digest", so another program registered it. Train and register the model with mlops, or choose another version.';
    for (const [version, message] of [
      [2, ofOther],
      [3, why[0]],
      [4, why[1]],
    ] as const) {
      await expect(registry.get({ ...ref, version })).rejects.toMatchObject({
        code: "REGISTRY_CORRUPT",
        message,
      });
    }
  });

  test("gives an alias that six move at once to one version, and to none when that is deleted", async () => {
    const directory = await model();
    const versions: ModelVersion[] = [];
    for (let count = 0; count < 6; count++) versions.push(await open().register("diabetes", directory, {}));
    await Promise.all(versions.map((ref) => open().setAlias(ref, "champion")));
    const holder = await open().findAlias("diabetes", "champion");
    expect((await open().list("diabetes")).filter(({ aliases }) => aliases.length > 0)).toEqual([holder]);
    expect(server.versions.filter(({ tags }) => JSON.stringify(tags).includes("mlops.alias"))).toHaveLength(
      azure ? 1 : 0,
    );
    server.deleteVersion("diabetes", String(holder?.version));
    expect(await open().findAlias("diabetes", "champion")).toBeUndefined();
  });

  test("keeps an alias that two move at the same time, where it is a tag", async () => {
    server.hasAliases = false;
    const [one, two] = [
      await open().register("diabetes", await model(), {}),
      await open().register("diabetes", await model(), {}),
    ];
    await open().setAlias(two, "champion");
    let crossed = false;
    server.onCall = async (path) => {
      if (crossed || path !== "model-versions/delete-tag") return;
      crossed = true;
      // Moved back after the other has looked, and before it removes the tag that it saw.
      await open().setAlias(two, "champion");
    };
    await open().setAlias(one, "champion");
    expect(crossed).toBe(true);
    expect(await open().findAlias("diabetes", "champion")).toMatchObject({
      version: 1,
      aliases: ["champion"],
    });
    expect((await open().get(two)).aliases).toEqual([]);
  });

  test("keeps aliases as tags in a server that has none, and asks it for its own once", async () => {
    server.hasAliases = false;
    const registry = open();
    const one = await registry.register("diabetes", await model(), {});
    const two = await registry.register("diabetes", await model(), {});
    await registry.setAlias(one, "champion");
    await registry.setAlias(two, "champion");
    expect((await registry.list()).map(({ aliases }) => aliases)).toEqual([[], ["champion"]]);
    expect(await registry.get(two)).toMatchObject({ aliases: ["champion"] });
    expect(server.aliases.size).toBe(0);
    expect(server.count("registered-models/alias")).toBe(azure ? 0 : 1);
  });

  test("reads an alias that is a tag, until it is set again", async () => {
    const own = !azure;
    server.hasAliases = false;
    const one = await open().register("diabetes", await model(), {});
    const two = await open().register("diabetes", await model(), {});
    await open().setAlias(one, "champion");
    server.hasAliases = own;
    expect(await open().findAlias("diabetes", "champion")).toMatchObject({
      version: 1,
      aliases: ["champion"],
    });
    await open().setAlias(two, "champion");
    expect((await open().list()).map(({ aliases }) => aliases)).toEqual([[], ["champion"]]);
    expect([...server.aliases]).toEqual(own ? [["diabetes@champion", "2"]] : []);
    server.deleteVersion("diabetes", "2");
    expect(await open().findAlias("diabetes", "champion")).toBeUndefined();
  });

  test("logs the model's parameters and metrics to the run that it makes, and not to a job's", async () => {
    const directory = await model();
    for (const [name, value] of Object.entries({ "metrics.json": metrics, "lineage.json": lineage })) {
      await writeFile(`${directory}/${name}`, JSON.stringify(value));
    }
    await open().register("diabetes", directory, {});
    const logged = (kind: string) => {
      const batches = (server.runs.get("run0")?.batches ?? []) as Record<string, Record<string, unknown>[]>[];
      return Object.fromEntries<unknown>(
        batches.flatMap((batch) => batch[kind] ?? []).map(({ key, value }) => [String(key), value] as const),
      );
    };
    expect(logged("params")).toEqual({ kind: "ridge", alpha: "1", seed: "1" });
    expect(logged("metrics")).toEqual({
      held_out_rows: 80,
      held_out_rmse: 50.5,
      training_rows: 320,
      training_rmse: 49,
    });
    expect(logged("tags")).toMatchObject({ "mlops.model": "diabetes", "mlops.commit": "abc" });
    const before = server.count("runs/log-batch");
    await open("run0").register("diabetes", directory, {});
    expect(server.count("runs/log-batch")).toBe(before);
  });

  test("registers although the server does not take a metric, and says so", async () => {
    const directory = await model();
    for (const [name, value] of Object.entries({ "metrics.json": metrics, "lineage.json": lineage })) {
      await writeFile(`${directory}/${name}`, JSON.stringify(value));
    }
    server.trouble("runs/log-batch", { status: 400 });
    expect(await open().register("diabetes", directory, {})).toMatchObject({ version: 1 });
    expect(reported).toEqual([expect.stringMatching(/^Not logged: runs\/log-batch failed: .*HTTP 400/)]);
  });

  test("waits until a new version is ready", async () => {
    server.pendingLooks = 1;
    const { version } = await open().register("diabetes", await model(), {});
    expect((await open().list()).map((each) => each.version)).toEqual([version]);
    expect(reported).toEqual([]);
    expect(server.count("model-versions/get")).toBe(1);
  });

  test("registers nothing of a model directory that changes while it is uploaded", async () => {
    const directory = await model();
    server.onCall = async (path) => {
      if (path.startsWith(upload)) await writeFile(`${directory}/MLmodel`, "flavors: {other: 1}\n");
    };
    await expect(open().register("diabetes", directory, {})).rejects.toMatchObject({
      code: "CONFLICT",
      message: `${directory} changed while it was uploaded. Nothing was registered. Try again.`,
    });
    expect(server.versions).toEqual([]);
  });
});
