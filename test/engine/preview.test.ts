import { execFile } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { useTemporaryFolder } from "../platform/base/temporary-folder";
import { runStepProgram, type StepResult } from "../pipelines/steps/run-step";

const root = path.join(__dirname, "..", "..");
const cli = process.env.ENGINE_PULUMI;
const reason = "ENGINE_PULUMI does not name the folder of a Pulumi command and its plugins";

/** The step that comments on a pull request, on the real engine: an update of a program that was deployed before. */
(cli === undefined ? describe.skip : describe)(
  `the preview of an update by the real engine${cli === undefined ? ` (skipped: ${reason})` : ""}`,
  () => {
    const folder = useTemporaryFolder();

    const variables = (program: "first" | "second"): Record<string, string> => ({
      PATH: `${cli}${path.delimiter}${process.env.PATH ?? ""}`,
      PULUMI_HOME: folder("home"),
      PULUMI_BACKEND_URL: `file://${folder("state")}`,
      PULUMI_CONFIG_PASSPHRASE: "the-passphrase",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PREVIEW_PROGRAM: program,
      STACK: "qa",
    });

    async function deployFirst(): Promise<void> {
      cpSync(path.join(__dirname, "fixtures", "preview"), folder("project"), { recursive: true });
      mkdirSync(folder("state"));
      mkdirSync(folder("project", "infra"));
      symlinkSync(path.join(root, "node_modules"), folder("project", "node_modules"));
      symlinkSync(path.join(root, "infra", "policy"), folder("project", "infra", "policy"));
      const options = { cwd: folder("project"), env: { ...process.env, ...variables("first") } };
      const pulumi = promisify(execFile);
      await pulumi("pulumi", ["stack", "init", "qa", "--non-interactive"], options);
      await pulumi(
        "pulumi",
        ["up", "--yes", "--skip-preview", "--stack", "qa", "--non-interactive"],
        options,
      );
    }

    const preview = (): Promise<StepResult> =>
      runStepProgram("preview/preview", variables("second"), folder("project"));

    test("shows what is created and changed, what it costs, which rules it breaks, and no secret", async () => {
      await deployFirst();
      const { code, stdout, stderr } = await preview();
      expect(stderr).toBe("");
      expect(stdout).toMatch(
        /### Stack `qa`: 1 created, .*\*\*Refused: \d+ violations of mandatory rules\.\*\*/,
      );
      expect(stdout).toMatch(/\| `cluster` .*`agentPoolProfiles\[system\]\.count` \| `2` \| `4` \|/);
      expect(stdout).toMatch(/\| `account` .*`sku\.name` \| `Standard_LRS` \| `Standard_ZRS` \|/);
      expect(stdout).toContain("- **mandatory** `no-shared-keys` on `account`: ");
      // The engine stops at the rules: whether it came to what is deleted is not certain.
      expect(stdout).toContain("A mandatory rule stops the preview, so the list below may be incomplete.");
      expect(stdout).toContain("#### Created\n\n- `fresh` (`storage:BlobContainer`)");
      expect(stdout).toContain("  - `allowSharedKeyAccess`: `false` → `true`");
      expect(stdout).not.toMatch(/not-to-be-shown|the-passphrase/);
      expect(code).toBe(1);
    });
  },
);
