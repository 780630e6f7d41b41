import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { version } from "@pulumi/pulumi/version";
import { repository } from "../../../e2e/mlops";

const folder = mkdtempSync(path.join(tmpdir(), "mlops-pulumi-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

test("Pulumi is not installed again where its command has the version of package.json", () => {
  const command = path.join(folder, "pulumi");
  writeFileSync(command, `#!/bin/sh\necho v${version}\n`);
  chmodSync(command, 0o755);
  const out = execFileSync(
    process.execPath,
    ["--require", "tsx/cjs", "pipelines/steps/base/install-pulumi.ts"],
    {
      cwd: repository,
      env: { ...process.env, PATH: `${folder}:${process.env.PATH}`, TF_BUILD: "True" },
      encoding: "utf8",
    },
  );
  expect(out.trim()).toBe(`Pulumi ${version} is already installed.`);
});
