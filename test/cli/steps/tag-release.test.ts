import { tagRelease } from "../../../cli/steps/tag-release";
import type { RunContext } from "../../../cli/steps/step";
import type { CanaryStage } from "../../../deploy/rules/canary-stage";
import { PlatformError } from "../../../platform/base/errors";

const approval = { by: "Ada (ada@example.com)", at: "2026-11-28T10:00:00.000Z" };
const stages = [
  {
    weight: 10,
    comparedWith: { kind: "stable", model: "cost:1" },
    verdict: "advance",
    canary: { requests: 132, failures: 0 },
  },
  {
    weight: 50,
    comparedWith: { kind: "stable", model: "cost:1" },
    verdict: "roll-back",
    canary: { requests: 90, failures: 8 },
  },
] as unknown as CanaryStage[];

/** Tags a version; returns its tags, and what was said. */
async function tagged(
  change: { readonly approval?: typeof approval | undefined; readonly fails?: Error } = {},
  seen: readonly CanaryStage[] = stages,
) {
  const tags: Record<string, string> = {};
  const said: string[] = [];
  const context = {
    run: { release: { model: "cost:2" }, ...("approval" in change ? {} : { approval }) },
    session: {
      output: { print: (line: string) => said.push(line) },
      registry: {
        setTag: (ref: unknown, key: string, value: string) => {
          expect(ref).toEqual({ name: "cost", version: 2 });
          if (change.fails) return Promise.reject(change.fails);
          tags[key] = value;
          return Promise.resolve();
        },
      },
    },
  } as unknown as RunContext;
  await tagRelease(context, seen, "rolled back");
  return { tags, said };
}

test("a version says who approved its release, and what its canary showed", async () => {
  expect(await tagged()).toEqual({
    tags: {
      approvedBy: "Ada (ada@example.com), 2026-11-28T10:00:00.000Z",
      canary:
        "10 % against cost:1: advance, 132 requests, 0 failed; 50 % against cost:1: roll-back, 90 requests, 8 failed; rolled back",
    },
    said: [],
  });
});

test("what is not known is no tag", async () => {
  expect((await tagged({ approval: undefined }, [])).tags).toEqual({});
});

test("a registry that refuses is told, and does not fail a release that is over", async () => {
  const { said } = await tagged({ fails: new PlatformError("MLFLOW_FAILED", "HTTP 503.") });
  expect(said).toEqual(["The tags of cost:2 do not say how it was released: HTTP 503."]);
  await expect(tagged({ fails: new TypeError("a bug") })).rejects.toThrow("a bug");
});
