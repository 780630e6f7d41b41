import { auditedDeployer } from "../../platform/audit/audited-deployer";
import { placeOf, targetNames } from "../../platform/release/place";
import type { Target } from "../../platform/release/target";
import type { Settings } from "../../platform/settings/settings";
import { openingRecords } from "./watch-history";
import type { Session, WebAppKind } from "./session";

export type TargetName = Settings<"cli">["target"];

export const targets: readonly [TargetName, ...TargetName[]] = targetNames;

/** This machine: gateways that anybody who can reach them may call, and no clients but the commands' own tests. */
export function localTarget({ deployer, audit }: Pick<Session, "deployer" | "audit">): Target {
  return {
    deployer: auditedDeployer(deployer, audit),
    hasClients: false,
    sampleLagMs: 0,
    addressLagMs: 0,
    publish: (release) => Promise.resolve(release),
    access: async (environment, model) => ({ headers: await deployer.testHeaders(environment, model) }),
    // A lock of this machine ends with the process that holds it.
    unlock: () => Promise.resolve(),
    pause: (environment, model) => deployer.stop(environment, model),
  };
}

function hostedTarget(session: Session, kind: WebAppKind): Target {
  const { openHostedTarget } =
    require("../../deploy/azure/hosted-target") as typeof import("../../deploy/azure/hosted-target");
  const { output } = session;
  return openHostedTarget({
    records: openingRecords(session),
    report: (line) => output.print(line),
    onlyAsks: kind === "page",
  });
}

/** The target by its name. */
export function openTarget(session: Session, name: TargetName): Target {
  if (placeOf(name).environments === "processes") return localTarget(session);
  if (session.hosted !== undefined) return hostedTarget(session, session.hosted);
  // Loaded on use: commands about this machine do without it.
  const { openAzureTarget } =
    require("../../deploy/azure/azure-target") as typeof import("../../deploy/azure/azure-target");
  const { output, signal, signing, audit } = session;
  const azure = openAzureTarget({ report: (line) => output.print(line), signal, signing });
  return { ...azure, deployer: auditedDeployer(azure.deployer, audit) };
}
