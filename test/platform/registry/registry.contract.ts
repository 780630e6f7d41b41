import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { digestOfDirectory, listFiles } from "../../../platform/base/files";
import type { ModelVersion, Registry } from "../../../platform/registry/registry";
import { makeModelDirectory } from "./model-fixture";

const refsOf = (versions: readonly ModelVersion[]): string[] =>
  versions.map(({ name, version }) => `${name}:${version}`);

/** What every registry does. `open` gives an empty one; `folder` a path in an empty folder of the test. */
export function registryContract(
  open: () => Promise<Registry>,
  folder: (...parts: string[]) => string,
): void {
  const model = (content?: string): Promise<string> =>
    makeModelDirectory(folder(`model-${content ?? "one"}`), content);

  describe("as every registry", () => {
    test("counts versions from 1, each model for itself", async () => {
      const registry = await open();
      const versions = [
        await registry.register("diabetes", await model(), {}),
        await registry.register("diabetes", await model("two"), {}),
        await registry.register("titanic", await model(), {}),
      ];
      expect(refsOf(versions)).toEqual(["diabetes:1", "diabetes:2", "titanic:1"]);
      expect(versions[1]?.digest).toBe(await digestOfDirectory(await model("two")));
      expect(Date.now() - Date.parse(versions[0]?.registeredAt ?? "")).toBeLessThan(60_000);
    });

    test("gives a version as it was registered", async () => {
      const registry = await open();
      const registered = await registry.register("diabetes", await model(), {
        run: "r1",
        "mlops/commit": "abc",
      });
      expect(registered).toMatchObject({ tags: { run: "r1", "mlops/commit": "abc" }, aliases: [] });
      expect(await registry.get({ name: "diabetes", version: 1 })).toEqual(registered);
    });

    test("lists versions by name and rising number", async () => {
      const registry = await open();
      for (const name of ["titanic", ...Array<string>(11).fill("diabetes")]) {
        await registry.register(name, await model(), {});
      }
      const numbers = Array.from({ length: 11 }, (_, index) => `diabetes:${index + 1}`);
      expect(refsOf(await registry.list())).toEqual([...numbers, "titanic:1"]);
      expect(refsOf(await registry.list("titanic"))).toEqual(["titanic:1"]);
      expect(await registry.list("unheard-of")).toEqual([]);
    });

    test("is empty at first", async () => {
      const registry = await open();
      expect(await registry.list()).toEqual([]);
      expect(await registry.findAlias("diabetes", "champion")).toBeUndefined();
    });

    test("keeps a version as it was when the folder it came from changes", async () => {
      const registry = await open();
      const directory = await model();
      const { digest } = await registry.register("diabetes", directory, {});
      await writeFile(path.join(directory, "model.onnx"), "changed");
      await registry.download({ name: "diabetes", version: 1 }, folder("copy"));
      expect(await digestOfDirectory(folder("copy"))).toBe(digest);
    });

    test("downloads every file", async () => {
      const registry = await open();
      const directory = await model();
      await registry.register("diabetes", directory, {});
      await registry.download({ name: "diabetes", version: 1 }, folder("copy"));
      expect(await listFiles(folder("copy"))).toEqual(["MLmodel", "extra/golden.json", "model.onnx"]);
      expect(await readFile(folder("copy", "model.onnx"))).toEqual(
        await readFile(path.join(directory, "model.onnx")),
      );
    });

    test("refuses to download over something that is there", async () => {
      const registry = await open();
      await registry.register("diabetes", await model(), {});
      await mkdir(folder("copy"));
      await expect(registry.download({ name: "diabetes", version: 1 }, folder("copy"))).rejects.toMatchObject(
        {
          code: "CONFLICT",
          message: `${folder("copy")} exists. Expected a path that is free. Remove it or choose another.`,
        },
      );
    });

    test("moves an alias from one version to another", async () => {
      const registry = await open();
      await registry.register("diabetes", await model(), {});
      await registry.register("diabetes", await model("two"), {});
      await registry.setAlias({ name: "diabetes", version: 1 }, "champion");
      await registry.setAlias({ name: "diabetes", version: 1 }, "first");
      await registry.setAlias({ name: "diabetes", version: 2 }, "champion");
      expect(await registry.findAlias("diabetes", "champion")).toMatchObject({ version: 2 });
      const [one, two] = await registry.list("diabetes");
      expect([one?.aliases, two?.aliases]).toEqual([["first"], ["champion"]]);
      expect(await registry.findAlias("diabetes", "challenger")).toBeUndefined();
    });

    test("changes tags and keeps the others", async () => {
      const registry = await open();
      const ref = await registry.register("diabetes", await model(), { run: "r1", stage: "qa" });
      await registry.setTag(ref, "stage", "prod");
      await registry.setTag(ref, "note", 'größer, "so"\nund so');
      expect((await registry.get(ref)).tags).toEqual({
        note: 'größer, "so"\nund so',
        run: "r1",
        stage: "prod",
      });
    });

    test("loses no tag that is set at the same time as others", async () => {
      const registry = await open();
      const ref = await registry.register("diabetes", await model(), {});
      const keys = Array.from({ length: 20 }, (_, index) => `key${String(index).padStart(2, "0")}`);
      await Promise.all(keys.map((key) => registry.setTag(ref, key, key)));
      expect(Object.keys((await registry.get(ref)).tags)).toEqual(keys);
    });

    test("says which versions there are when one is asked for that is not", async () => {
      const registry = await open();
      await registry.register("diabetes", await model(), {});
      const missing = { name: "diabetes", version: 2 };
      const said = {
        code: "NOT_FOUND",
        message: expect.stringContaining("diabetes:2 is not in the registry"),
      };
      await expect(registry.get(missing)).rejects.toMatchObject(said);
      await expect(registry.setTag(missing, "a", "b")).rejects.toMatchObject(said);
      await expect(registry.setAlias(missing, "champion")).rejects.toMatchObject(said);
      await expect(registry.download(missing, folder("copy"))).rejects.toMatchObject(said);
    });

    test.each(["Diabetes", "../evil", "a", "", "diabetes/1"])("refuses the model name %j", async (name) => {
      const registry = await open();
      const refused = { code: "USAGE", message: expect.stringContaining("is not a model's name") };
      await expect(registry.register(name, await model(), {})).rejects.toMatchObject(refused);
      await expect(registry.get({ name, version: 1 })).rejects.toMatchObject(refused);
      await expect(registry.findAlias(name, "champion")).rejects.toMatchObject(refused);
    });

    test.each(["latest", "v3", "Champion", "../evil", ""])("refuses the alias %j", async (alias) => {
      const registry = await open();
      const ref = await registry.register("diabetes", await model(), {});
      const refused = { code: "USAGE", message: expect.stringContaining("is not an alias") };
      await expect(registry.setAlias(ref, alias)).rejects.toMatchObject(refused);
      await expect(registry.findAlias("diabetes", alias)).rejects.toMatchObject(refused);
    });

    test("names every wrong tag at once and registers nothing", async () => {
      const registry = await open();
      const tags = {
        "a=b": "1",
        "": "2",
        "a/../b": "3",
        "ok/1": "4",
        "mlops.digest": "5",
        long: "x".repeat(5001),
      };
      await expect(registry.register("diabetes", await model(), tags)).rejects.toMatchObject({
        code: "USAGE",
        message: expect.stringMatching(
          /"a=b".*"".*"a\/\.\.\/b".*"mlops.digest" begins with.*"long" has 5001 characters/,
        ),
      });
      expect(await registry.list()).toEqual([]);
    });

    test("refuses a folder that holds no model", async () => {
      const registry = await open();
      await mkdir(folder("empty"));
      await expect(registry.register("diabetes", folder("empty"), {})).rejects.toMatchObject({
        code: "MODEL_INVALID",
        message: expect.stringContaining("is not a model directory. Expected a folder with an MLmodel file"),
      });
      await expect(registry.register("diabetes", folder("nowhere"), {})).rejects.toMatchObject({
        code: "NOT_FOUND",
      });
      expect(await registry.list()).toEqual([]);
    });
  });
}
