import type { StoredVersion } from "../../../../platform/registry/mlflow/mlflow-versions";
import {
  aliasTag,
  findHolder,
  nextStamp,
  storedSchema,
} from "../../../../platform/registry/mlflow/mlflow-versions";

const early = "2026-11-21T10:00:00.000Z";
const late = "2026-11-21T10:00:00.001Z";

const versions = (stamps: Readonly<Record<number, string>>): StoredVersion[] =>
  Object.entries(stamps).map(([version, value]) =>
    storedSchema.parse({
      name: "diabetes",
      version,
      creation_timestamp: "1795226454055",
      tags: value === "" ? [] : [{ key: aliasTag("champion"), value }],
    }),
  );

describe("an alias kept as tags of versions", () => {
  test.each<[string, Record<number, string>, number | undefined]>([
    ["nobody's without a tag", { 1: "", 2: "" }, undefined],
    ["nobody's without versions", {}, undefined],
    ["the only one's that carries it", { 1: early, 2: "" }, 1],
    ["the one's that was set last", { 1: late, 2: early }, 1],
    ["the newer one's when both were set at once", { 1: early, 2: early }, 2],
    ["the one's that was set by hand, when no other is set", { 1: "true", 2: "" }, 1],
    ["not the one's that was set by hand, when another is set", { 1: early, 2: "true" }, 1],
  ])("is %s", (_rule, stamps, holder) => {
    expect(findHolder(versions(stamps), "champion")?.version).toBe(holder);
    expect(findHolder(versions(stamps), "challenger")).toBeUndefined();
  });

  test.each<[string, Record<number, string>, string, string]>([
    ["of now", {}, early, early],
    ["of now, when the last is older", { 1: early }, late, late],
    ["after the last, which a clock that runs ahead has set", { 1: late }, early, "2026-11-21T10:00:00.002Z"],
    ["of now, when the last was set by hand", { 1: "true" }, early, early],
  ])("is set with a time %s", (_when, stamps, now, expected) => {
    expect(nextStamp(versions(stamps), "champion", Date.parse(now))).toBe(expected);
  });
});
