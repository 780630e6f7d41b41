import { formatModelRef } from "../definition/model-ref";
import type { Registry } from "../registry/registry";
import { registryWith } from "../registry/registry-with";
import type { AuditTrail } from "./audit-trail";

/** A registry that records each registration in the audit trail. */
export function auditedRegistry(registry: Registry, trail: AuditTrail): Registry {
  return registryWith(registry, (name, modelDirectory, tags) => {
    const { decision, run, data } = tags;
    const act = {
      act: "register",
      subject: name,
      ...(decision !== undefined && { why: `The gate decided: ${decision}.` }),
      details: { ...(run !== undefined && { run }), ...(data !== undefined && { data }) },
    } as const;
    return trail.around(act, () => registry.register(name, modelDirectory, tags), {
      outcome: (version) => ({ version: formatModelRef(version), digest: version.digest }),
    });
  });
}
