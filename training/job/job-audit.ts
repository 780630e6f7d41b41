import { actorOf } from "../../platform/audit/actor";
import { AuditTrail } from "../../platform/audit/audit-trail";
import { auditedRegistry } from "../../platform/audit/audited-registry";
import { describeLocation } from "../../platform/http/address";
import type { Registry } from "../../platform/registry/registry";
import type { Settings } from "../../platform/settings/settings";
import { openStorage } from "../../platform/storage/open-storage";

/** The registry, with each registration in the audit trail where the settings name one. A job's machine keeps nothing that it has seen of it. */
export function auditedByJob(
  registry: Registry,
  { audit }: Pick<Settings<"training">, "audit">,
  { env, warn }: { readonly env: NodeJS.ProcessEnv; readonly warn: (message: string) => void },
): Registry {
  if (audit === undefined) return registry;
  const open = async () => ({ storage: await openStorage(audit) });
  return auditedRegistry(
    registry,
    new AuditTrail({ open, place: describeLocation(audit), actor: actorOf(env), warn }),
  );
}
