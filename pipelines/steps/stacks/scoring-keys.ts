import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { z } from "zod";
import { azureCredential } from "../../../platform/azure/credentials";
import { ensureScoringKeys } from "../../../platform/azure/scoring-keys";
import { ensureServingCertificate } from "../../../platform/azure/serving-certificate";
import { PlatformError, reasonOf } from "../../../platform/base/errors";
import { runStep, type StepContext } from "../base/step";
import { environmentOption } from "./environment-option";

const outputSchema = z.object({
  vault: z.url(),
  generations: z.record(z.string(), z.string()),
  /** Names of the certificate that the vault is to make, where the environment does not have one of its own. */
  certificate: z.object({ names: z.tuple([z.string()], z.string()) }).optional(),
});

/** The stack's output `scoringKeys`. */
async function wantedKeys(stack: string, { env }: StepContext): Promise<z.output<typeof outputSchema>> {
  const args = [
    "stack",
    "output",
    "scoringKeys",
    "--json",
    "--stack",
    stack,
    "--cwd",
    ".",
    "--non-interactive",
  ];
  let said: string;
  try {
    const { stdout } = await promisify(execFile)("pulumi", args, { env });
    said = stdout;
  } catch (cause) {
    throw new PlatformError(
      "DEPLOYMENT_FAILED",
      `The stack ${stack} does not say which keys its scoring service has: ${reasonOf(cause)} Expected its output scoringKeys. Run \`npm run infra:up -- --stack ${stack}\`.`,
      { cause },
    );
  }
  return outputSchema.parse(JSON.parse(said));
}

/**
 * Makes the keys of an environment's scoring service in its vault, and anew those whose generation the setting
 * `keyRotation` has raised; and the certificate that it serves with. This is no part of the update, as Pulumi would keep them in the state.
 */
export async function keepScoringKeys(stack: string, context: StepContext): Promise<void> {
  const { vault, generations, certificate } = await wantedKeys(stack, context);
  const report = context.print;
  if (Object.keys(generations).length > 0) {
    const { SecretClient } = await import("@azure/keyvault-secrets");
    await ensureScoringKeys(new SecretClient(vault, azureCredential()), generations, { report });
  }
  if (certificate === undefined) return;
  const { CertificateClient } = await import("@azure/keyvault-certificates");
  const client = new CertificateClient(vault, azureCredential());
  await ensureServingCertificate(client, certificate.names, { report });
}

if (require.main === module)
  void runStep((context) => keepScoringKeys(environmentOption(process.argv.slice(2)).stack, context));
