import { PlatformError } from "../../../platform/base/errors";
import { measuredVersions } from "../../../platform/registry/measured-versions";
import type { ModelVersion } from "../../../platform/registry/registry";

const version = (number: number, tags: ModelVersion["tags"]): ModelVersion => ({
  name: "cost",
  version: number,
  digest: "0".repeat(64) as ModelVersion["digest"],
  registeredAt: "2026-11-27T00:00:00Z",
  tags,
  aliases: [],
});

test("versions have what the gate measured, but for those from elsewhere", async () => {
  const list = () => Promise.resolve([version(1, { measured: "rmse 54.3" }), version(2, {})]);
  expect(await measuredVersions({ list }, "cost")).toEqual({ "cost:1": "rmse 54.3" });
});

test("a registry that does not answer hides nothing else; another error is one", async () => {
  const failing = (error: Error) => measuredVersions({ list: () => Promise.reject(error) }, "cost");
  expect(await failing(new PlatformError("NOT_FOUND", "There is no registry."))).toEqual({});
  await expect(failing(new TypeError("undefined is not a function"))).rejects.toThrow(TypeError);
});
