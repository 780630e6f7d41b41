import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { Command, CommanderError } from "commander";
import packageJson from "../../package.json";
import { azureCredential } from "../../platform/azure/credentials";
import { runProgram } from "../bootstrap/run-program";
import { StackFile } from "../bootstrap/stack-file";
import { parseConfig } from "../config/config";
import { examine } from "./doctor";
import { describeFindings, failed, type Finding } from "./finding";

interface Given {
  readonly stack: string;
  readonly subscription?: string;
  readonly resourceGroup: string;
  readonly json: boolean;
}

function readOptions(argv: readonly string[]): Given {
  return new Command("doctor")
    .description("Checks a stack for the usual causes of failure, and says how to fix them.")
    .requiredOption("--stack <name>", "stack whose settings are checked")
    .option("--subscription <id>", "subscription (default: the stack's, or else that of `az account show`)")
    .option("--resource-group <name>", "resource group of the state", "mlops-state")
    .option("--json", "print one JSON document to standard output", false)
    .exitOverride()
    .parse(argv)
    .opts<Given>();
}

/** The subscription to check: the given one, the stack's, or the Azure CLI's. */
async function findSubscription(given: Given, ofStack: string | undefined): Promise<string | undefined> {
  const named = given.subscription ?? ofStack;
  if (named !== undefined) return named;
  const { code, output } = await runProgram("az", ["account", "show", "--query", "id", "--output", "tsv"]);
  return code === 0 ? /[0-9a-f-]{36}/i.exec(output)?.[0] : undefined;
}

async function findingsOf(given: Given): Promise<Finding[]> {
  const settings = new StackFile(path.join(__dirname, "..", ".."), given.stack).settings();
  const subscriptionId = await findSubscription(given, settings["azure-native:subscriptionId"]);
  try {
    return await examine({
      config: parseConfig(given.stack, settings),
      subscriptionId,
      resourceGroup: given.resourceGroup,
      credential: azureCredential(),
      versions: {
        pulumi: packageJson.devDependencies["@pulumi/pulumi"],
        node: packageJson.engines.node,
      },
    });
  } catch (error) {
    if (!pulumi.RunError.isInstance(error)) throw error;
    const mend = "npm run bootstrap -- ... --set <key>=<value>, or the commands above";
    return [failed("settings", error.message, mend)];
  }
}

async function main(): Promise<void> {
  try {
    const given = readOptions(process.argv);
    const findings = await findingsOf(given);
    process.stdout.write(
      given.json ? `${JSON.stringify(findings, null, 2)}\n` : `${describeFindings(findings)}\n`,
    );
    process.exitCode = findings.some(({ status }) => status === "failed") ? 1 : 0;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  }
}

void main();
