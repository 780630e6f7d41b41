import path from "node:path";
import { actorOf } from "../../platform/audit/actor";
import { AuditTrail } from "../../platform/audit/audit-trail";
import { digestOf } from "../../platform/base/files";
import { describeLocation, isAddress } from "../../platform/http/address";
import { readEnvironments } from "../../platform/release/environments";
import { placeOf, type Place } from "../../platform/release/place";
import type { Settings } from "../../platform/settings/settings";
import type { Workspace } from "../../platform/settings/workspace";
import { openStorage } from "../../platform/storage/open-storage";
import { settingOf } from "../../deploy/azure/stack-settings";

/** A variable of the command in the environment that trains, by the outputs of its stack. */
export async function settingOfTraining(name: string, signal: AbortSignal): Promise<string> {
  const { readStackOutputs } =
    require("../../deploy/azure/stack-outputs") as typeof import("../../deploy/azure/stack-outputs");
  const { training } = readEnvironments();
  return settingOf(await readStackOutputs(training, signal), { stack: training, process: "cli", name });
}

/** What a place gives a variable that nobody has set: that of the stack that trains; nothing on this machine. */
export async function findSettingOfPlace(
  { environments }: Place,
  name: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  return environments === "stacks" ? settingOfTraining(name, signal) : undefined;
}

/** A location as one and the same text, without a signature. */
const namedPlace = (location: string): string =>
  isAddress(location) ? describeLocation(location) : path.resolve(location);

interface AuditPlace {
  readonly settings: Pick<Settings<"cli">, "audit" | "target">;
  readonly workspace: Pick<Workspace, "audit" | "auditSeen">;
  readonly signal: AbortSignal;
  readonly warn: (message: string) => void;
}

/** The audit trail: where the setting says; else with MLOPS_TARGET=azure that of the environment that trains, or that of the home. */
export function openAudit({ settings, workspace, signal, warn }: AuditPlace): AuditTrail {
  const { audit, target } = settings;
  const ofStack = audit === undefined && placeOf(target).environments === "stacks";
  const here = audit ?? workspace.audit;
  return new AuditTrail({
    open: async () => {
      const location = ofStack ? await settingOfTraining("MLOPS_AUDIT", signal) : here;
      // A home may be moved, and takes its trail along.
      const key = location === workspace.audit ? "home" : digestOf(namedPlace(location)).slice(0, 16);
      return {
        storage: await openStorage(location),
        seenFile: path.join(workspace.auditSeen, `${key}.json`),
      };
    },
    place: ofStack ? `the environment ${readEnvironments().training}` : namedPlace(here),
    actor: actorOf(process.env),
    warn,
  });
}
