import type { Partially } from "./stack-config";

const setOf = ({ environment }: Partially): string => `pulumi config set --stack ${environment}`;

/** Faults of a dashboard that nobody could sign in to, everybody could, or that could not reach what it shows. */
export function dashboardFaults(config: Partially): string[] {
  const { dashboard, dashboardApplication, operators, network } = config;
  if (dashboard === undefined || dashboard === "off") return [];
  const faults: string[] = [];
  const set = setOf(config);
  if (dashboardApplication === undefined)
    faults.push(
      `mlops:dashboard is ${dashboard}, and no application signs people in to it. Run: ${set} mlops:dashboardApplication <id>`,
    );
  if (operators?.length === 0)
    faults.push(
      `mlops:dashboard is ${dashboard}, and mlops:operators has no group whose members may sign in. Run: ${set} mlops:operators <object id>`,
    );
  if (network === "private")
    faults.push(
      `mlops:dashboard is ${dashboard}, and with mlops:network private its web app would reach nothing. Run \`mlops dashboard\` on a machine in the network. Run: ${set} mlops:dashboard off`,
    );
  return faults;
}

/** Faults of a page that nobody could sign in to, that is open although somebody has said to whom, or that could not reach the model. */
export function pageFaults(config: Partially): string[] {
  const { page, pageApplication, pageGroups = [], network } = config;
  if (page === undefined || page === "off") return [];
  const faults: string[] = [];
  const set = setOf(config);
  if (page === "sign-in" && pageApplication === undefined)
    faults.push(
      `mlops:page is sign-in, and no application signs people in to it. Run: ${set} mlops:pageApplication <id>`,
    );
  if (page === "public" && pageGroups.length > 0)
    faults.push(
      `mlops:page is public, which lets everybody ask, and mlops:pageGroups names who may. Run: ${set} mlops:page sign-in, or: pulumi config rm --stack ${config.environment} mlops:pageGroups`,
    );
  if (network === "private")
    faults.push(
      `mlops:page is ${page}, and with mlops:network private its web app would reach nothing. Run \`mlops page\` on a machine in the network. Run: ${set} mlops:page off`,
    );
  return faults;
}
