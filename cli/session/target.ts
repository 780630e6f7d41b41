import type { Deployer } from "../../platform/release/deployment";
import type { TargetName } from "../commands/options";
import type { Session } from "./session";

/** Where a command's environments are: on this machine, or stacks in Azure. */
export interface Target {
  readonly deployer: Deployer;
  /** Headers by which an environment's service lets a test in. */
  headers(environment: string): Promise<Readonly<Record<string, string>>>;
}

/** This machine's services take everybody who can reach them. */
export function localTarget({ deployer }: Pick<Session, "deployer">): Target {
  return { deployer, headers: () => Promise.resolve({}) };
}

/** The target by its name. */
export function openTarget(session: Session, name: TargetName): Target {
  if (name === "local") return localTarget(session);
  // Loaded on use: commands about this machine do without it.
  const { openAzureDeployer } =
    require("../commands/azure-commands") as typeof import("../commands/azure-commands");
  const { scoringHeaders } =
    require("../../deploy/azure/scoring-headers") as typeof import("../../deploy/azure/scoring-headers");
  const { readStackOutputs } =
    require("../../deploy/azure/stack-outputs") as typeof import("../../deploy/azure/stack-outputs");
  return {
    deployer: openAzureDeployer(session),
    headers: async (environment) => scoringHeaders(await readStackOutputs(environment, session.signal)),
  };
}
