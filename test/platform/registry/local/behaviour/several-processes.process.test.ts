import { readdir } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { digestOfDirectory } from "../../../../../platform/base/files";
import { openLocalRegistry } from "../../../../../platform/registry/local/local-registry";
import type { Child } from "../../../base/child-process";
import { startChild } from "../../../base/child-process";
import { useTemporaryFolder } from "../../../base/temporary-folder";
import { makeModelDirectory } from "../../model-fixture";

const program = path.join(__dirname, "..", "fixtures", "register-loop.ts");

describe("the local registry, used by several processes", () => {
  const folder = useTemporaryFolder();
  const start = (count: number): Child =>
    startChild(program, [folder("registry"), folder("model"), String(count)]);

  /** Reads everything as a new process would; no corrupt entry is tolerated. */
  async function readAll(): Promise<{
    numbers: number[];
    digests: Set<string>;
    tags: Record<string, string>[];
  }> {
    const registry = openLocalRegistry(folder("registry"), {
      report: (error) => {
        throw error;
      },
    });
    const numbers = (await registry.list("diabetes")).map(({ version }) => version);
    const versions = await Promise.all(numbers.map((version) => registry.get({ name: "diabetes", version })));
    return {
      numbers,
      digests: new Set(versions.map(({ digest }) => digest)),
      tags: versions.map(({ tags }) => tags),
    };
  }

  test("gives eight that register at once eight different versions each time and loses none", async () => {
    const digest = await digestOfDirectory(await makeModelDirectory(folder("model")));
    const children = Array.from({ length: 8 }, () => start(3));
    // All are loaded before any may be far: the versions they get must interleave.
    await Promise.all(children.map((child) => child.line()));
    const given = await Promise.all(
      children.map(async (child) => [
        Number(await child.line()),
        Number(await child.line()),
        Number(await child.line()),
      ]),
    );
    expect(await Promise.all(children.map((child) => child.ended))).toEqual(Array(8).fill(0));

    const expected = Array.from({ length: 24 }, (_, index) => index + 1);
    expect(given.flat().sort((a, b) => a - b)).toEqual(expected);
    const { numbers, digests, tags } = await readAll();
    expect(numbers).toEqual(expected);
    expect(digests).toEqual(new Set([digest]));
    for (const { writer, ...others } of tags) expect(others).toEqual({ [`by-${writer}`]: "x" });
    expect(await readdir(folder("registry", ".staging"))).toEqual([]);
  });

  test("is whole after kill -9 at any moment, and the next writer sweeps what was left", async () => {
    const digest = await digestOfDirectory(await makeModelDirectory(folder("model")));
    let known: readonly number[] = [];
    let leftStaging = 0;
    for (let kill = 0; kill < 20; kill += 1) {
      const child = start(1000);
      await child.line();
      // Spread over the length of one or two registrations, from the very first step on.
      await pause(kill * 4);
      await child.kill();
      const { numbers, digests } = await readAll();
      // Who is killed has used its number up: it is never given again.
      expect(numbers).toEqual([...new Set(numbers)].sort((one, other) => one - other));
      expect(numbers).toEqual(expect.arrayContaining([...known]));
      if (numbers.length > 0) expect(digests).toEqual(new Set([digest]));
      known = numbers;
      leftStaging += (await readdir(folder("registry", ".staging")).catch(() => [])).length;
    }
    // Otherwise no kill came in the middle of a registration, and the test has shown nothing.
    expect(leftStaging).toBeGreaterThan(0);
    const last = start(1);
    expect(await last.line()).toBe("ready");
    expect(Number(await last.line())).toBeGreaterThan(known.at(-1) ?? 0);
    expect(await last.ended).toBe(0);
    expect(await readdir(folder("registry", ".staging"))).toEqual([]);
  });
});
