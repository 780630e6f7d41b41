import { failed, ok, type Finding } from "./finding";

/** A service connection: whose tokens Azure is to trust. */
export interface Connection {
  readonly name: string;
  readonly issuer: string;
  readonly subject: string;
}

/** A federated credential of an identity: whose tokens Azure does trust. */
export type Federation = Pick<Connection, "issuer" | "subject">;

/** How a stack's service connection was found in the project. */
export type FoundConnection = Connection | "absent" | "hidden";

const bootstrap = "npm run bootstrap";

/** Checks whether pipelines have the service connection by which they sign in as one of the stack's identities. */
export function checkConnection(name: string, found: FoundConnection): Finding {
  const check = `connection ${name}`;
  if (found === "hidden")
    return {
      check,
      status: "unknown",
      says: "you may not see service connections of the project",
      mend: "Project settings, Service connections, Security: User",
    };
  if (found === "absent") return failed(check, "the project has no such service connection", bootstrap);
  return found.issuer === "" || found.subject === ""
    ? failed(check, "it does not sign in by workload identity federation, but by a secret", bootstrap)
    : ok(check, "signs in by workload identity federation");
}

/** Checks whether the identity of a connection trusts it; undefined where there is no such identity to be seen. */
export function checkFederation(
  { name, issuer, subject }: Connection,
  credentials: readonly Federation[] | undefined,
  resourceGroup: string,
): Finding {
  const check = `federated credential of ${name}`;
  if (credentials === undefined)
    return {
      check,
      status: "unknown",
      says: `resource group ${resourceGroup} of the subscription has no identity ${name} that you may see`,
      mend: "npm run doctor -- ... --subscription <that of the state> --resource-group <that of the state>",
    };
  const trusts = credentials.some((each) => each.issuer === issuer && each.subject === subject);
  return trusts
    ? ok(check, "trusts the connection")
    : failed(
        check,
        `the identity does not trust ${subject} of ${issuer}, so pipelines cannot sign in as it`,
        bootstrap,
      );
}

/** Where the data of a stack's model was looked for, and whether it was delivered. */
export type FoundData = "no storage" | "no delivery" | "delivered" | { readonly unknown: string };

/** Checks whether a stack that trains has data to train on. Other programs may lay files there without a delivery, which is no fault. */
export function checkData(
  { model, stack }: { readonly model: string; readonly stack: string },
  found: FoundData,
): Finding {
  const check = `data of ${model}`;
  if (found === "delivered") return ok(check, "was delivered");
  const push = `npm run mlops -- data push --model ${model} --stack ${stack}`;
  if (found === "no storage")
    return {
      check,
      status: "unknown",
      says: "the stack has no storage account yet",
      mend: `npm run infra:up -- --stack ${stack}`,
    };
  if (found === "no delivery")
    return {
      check,
      status: "unknown",
      says: "nothing was delivered: a training finds no data, unless another program lays files there",
      mend: push,
    };
  return { check, status: "unknown", says: found.unknown, mend: push };
}
