import type { Signing } from "../../deploy/azure/signed-image";
import type { StackOutputs } from "../../deploy/azure/pulumi-stack";
import { findSetting } from "../../deploy/azure/stack-settings";
import { readEnvironments } from "../../platform/release/environments";
import { placeOf } from "../../platform/release/place";
import type { Settings } from "../../platform/settings/settings";

/**
 * What this command signs with, and whom it trusts: its settings or, where environments are stacks and it has none, those of the stack that trains.
 * That is asked once, and only when it has to be.
 */
export function openSigning(
  { signingKey, trustedKeys, target }: Pick<Settings<"cli">, "signingKey" | "trustedKeys" | "target">,
  signal: AbortSignal,
): Signing {
  const isOnStacks = placeOf(target).environments === "stacks";
  let outputs: Promise<StackOutputs> | undefined;
  const read = (): Promise<StackOutputs> => {
    const { readStackOutputs } =
      require("../../deploy/azure/stack-outputs") as typeof import("../../deploy/azure/stack-outputs");
    return (outputs ??= readStackOutputs(readEnvironments().training, signal));
  };
  const find = async (own: string | undefined, variable: Parameters<typeof findSetting>[1]) =>
    own ?? (isOnStacks ? findSetting(await read(), variable) : undefined);
  return {
    signingKey: () => find(signingKey, { process: "cli", name: "MLOPS_SIGNING_KEY" }),
    trustedKeys: () => find(trustedKeys, { process: "scoring", name: "MLOPS_TRUSTED_KEYS" }),
  };
}
