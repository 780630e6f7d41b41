import path from "node:path";
import { createInterface } from "node:readline/promises";
import * as pulumi from "@pulumi/pulumi";
import { CommanderError } from "commander";
import { azureCredential } from "../../platform/azure/credentials";
import { PlatformError, exitCodeOf, explainStorageError } from "../../platform/base/errors";
import { readEnvironments } from "../../platform/release/environments";
import { bootstrap } from "./bootstrap";
import { readOptions, type Asked } from "./options";

/** Asks for consent on a terminal; without one, only --yes counts as consent. */
async function ask(question: string, { yes }: Asked): Promise<boolean> {
  if (yes) return true;
  if (!process.stdin.isTTY) {
    process.stderr.write(
      "Standard input is not a terminal, so the plan cannot be confirmed. Add --yes to apply it.\n",
    );
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}

async function main(): Promise<void> {
  try {
    const asked = readOptions(process.argv, readEnvironments());
    const { done } = await bootstrap({
      ...asked,
      consent: (question) => ask(question, asked),
      report: (line) => process.stdout.write(`${line}\n`),
      credential: azureCredential(),
      folder: path.join(__dirname, "..", ".."),
      notifyWebhook: process.env.NOTIFY_WEBHOOK,
    });
    process.exitCode = done ? 0 : 1;
  } catch (thrown) {
    if (thrown instanceof CommanderError) {
      process.exitCode = thrown.exitCode === 0 ? 0 : 2;
      return;
    }
    const error = explainStorageError(thrown);
    process.exitCode = pulumi.RunError.isInstance(error) ? 2 : exitCodeOf(error);
    if (error instanceof PlatformError) process.stderr.write(`\n${error.code}: ${error.message}\n`);
    else if (pulumi.RunError.isInstance(error))
      process.stderr.write(`\n${error.message}\nOr set them for all stacks here: --set <key>=<value>.\n`);
    else throw thrown;
  }
}

void main();
