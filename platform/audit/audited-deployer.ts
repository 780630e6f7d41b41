import type { Deployer, DeploymentStatus, Traffic } from "../release/deployment";
import type { Act } from "./audit-entry";
import type { AuditTrail } from "./audit-trail";

/** What serves after a change. */
function outcome({ stable, canary }: DeploymentStatus): Act["details"] {
  return { ...(stable && { stable: stable.model }), ...(canary && { canary: canary.model }) };
}

function detailsOf({ weight, shadow }: Traffic): Act["details"] {
  return { weight: `${weight} %`, ...(shadow > 0 && { shadow: `${shadow} %` }) };
}

/** A deployer that records each change in the audit trail. */
export function auditedDeployer(deployer: Deployer, trail: AuditTrail): Deployer {
  const because = (why: string | undefined) => (why === undefined ? {} : { why });
  return {
    status: (environment, model) => deployer.status(environment, model),
    deploy: (environment, release, traffic, why) =>
      trail.around(
        {
          act: "deploy",
          subject: release.model,
          environment,
          ...because(why),
          details: { digest: release.digest, ...detailsOf(traffic) },
        },
        () => deployer.deploy(environment, release, traffic),
        { outcome },
      ),
    weight: (environment, model, traffic, why) =>
      trail.around(
        { act: "weight", subject: model, environment, ...because(why), details: detailsOf(traffic) },
        () => deployer.weight(environment, model, traffic),
        { outcome },
      ),
    promote: (environment, model, why) =>
      trail.around(
        { act: "promote", subject: model, environment, ...because(why), details: {} },
        () => deployer.promote(environment, model),
        { outcome },
      ),
    // What does harm has to go, whether or not that can be recorded.
    rollback: (environment, model, why) =>
      trail.around(
        { act: "rollback", subject: model, environment, ...because(why), details: {} },
        () => deployer.rollback(environment, model),
        { outcome, always: true },
      ),
  };
}
