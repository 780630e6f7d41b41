import { appendFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { PulumiCommand } from "@pulumi/pulumi/automation";
import { version } from "@pulumi/pulumi/version";
import { runStep, type StepContext } from "./step";

/** Whether the `pulumi` command on the PATH has the version that the program needs. */
async function commandHere(): Promise<boolean> {
  try {
    return (await PulumiCommand.get({ skipVersionCheck: true })).version?.version === version;
  } catch {
    // It is not installed, which is what this step is for.
    return false;
  }
}

/** `npm run pulumi:install`: installs the Pulumi CLI in the version of package.json for the job's following steps. */
async function install({ env, print }: StepContext): Promise<void> {
  if (await commandHere()) {
    print(`Pulumi ${version} is already installed.`);
    return;
  }
  const tools = env.AGENT_TOOLSDIRECTORY ?? env.RUNNER_TOOL_CACHE ?? path.join(homedir(), ".cache", "mlops");
  const root = path.join(tools, "pulumi", version);
  await PulumiCommand.install({ root });
  const folder = path.join(root, "bin");
  if (env.TF_BUILD !== undefined) print.command(`##vso[task.prependpath]${folder}`);
  else if (env.GITHUB_PATH !== undefined) await appendFile(env.GITHUB_PATH, `${folder}\n`);
  print(`Pulumi ${version} is in ${folder}. Add that folder to the PATH.`);
}

if (require.main === module) void runStep(install);
