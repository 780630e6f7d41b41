import { execFile } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import { promisify, stripVTControlCharacters } from "node:util";
import { useTemporaryFolder } from "../platform/base/temporary-folder";

const root = path.join(__dirname, "..", "..");
const pack = path.join(root, "infra", "policy");
const cli = process.env.ENGINE_PULUMI;
const reason = "ENGINE_PULUMI does not name the folder of a Pulumi command and its plugins";

interface Answer {
  readonly code: number;
  readonly output: string;
}

/** Previews a program of the fixtures under the policy pack, in a folder of its own, by the real engine. */
async function preview(program: "good" | "bad", folder: string): Promise<Answer> {
  const project = path.join(folder, program);
  cpSync(path.join(__dirname, "fixtures", "policy"), project, { recursive: true });
  symlinkSync(path.join(root, "node_modules"), path.join(project, "node_modules"));
  mkdirSync(path.join(project, "state"));
  const env = {
    ...process.env,
    PATH: `${cli}${path.delimiter}${process.env.PATH}`,
    PULUMI_BACKEND_URL: `file://${path.join(project, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    POLICY_PROGRAM: program,
  };
  const pulumi = async (...args: string[]): Promise<Answer> => {
    try {
      const options = { cwd: project, env, maxBuffer: 1 << 24 };
      const { stdout, stderr } = await promisify(execFile)("pulumi", [...args, "--non-interactive"], options);
      return { code: 0, output: stdout + stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, output: stdout + stderr };
    }
  };
  await pulumi("stack", "init", "qa");
  const answer = await pulumi("preview", "--policy-pack", pack, "--color", "never");
  return { ...answer, output: stripVTControlCharacters(answer.output).replaceAll(/\s+/g, " ") };
}

(cli === undefined ? describe.skip : describe)(
  `the policy pack in the real engine${cli === undefined ? ` (skipped: ${reason})` : ""}`,
  () => {
    const folder = useTemporaryFolder();

    test("lets a program pass that keeps to every rule", async () => {
      const { code, output } = await preview("good", folder());
      expect(output).not.toContain("[mandatory]");
      expect(output).not.toContain("[advisory]");
      expect(output).toContain("mlops@v1.0.0");
      expect(code).toBe(0);
    });

    test("refuses a program that breaks rules, with each rule's remedy", async () => {
      const { code, output } = await preview("bad", folder());
      const refused = [...output.matchAll(/\[mandatory\] ([\w-]+)/g)].map(([, name]) => name);
      expect(new Set(refused)).toEqual(
        new Set([
          "allowed-regions",
          "budget",
          "diagnostics",
          "no-plain-secrets",
          "no-public-blobs",
          "no-shared-keys",
          "pinned-images",
          "tags",
          "tls-1-2",
        ]),
      );
      expect(output).toContain("Set allowBlobPublicAccess to false.");
      expect(output).toContain("A tag can point to another image later");
      expect(output).toContain("MLOPS_PRIMARY_KEY of score");
      expect(output).not.toContain("not-to-be-shown");
      expect(code).not.toBe(0);
    });
  },
);
