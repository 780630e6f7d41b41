import type { Command } from "commander";
import type { CommandScope } from "./command-scope";
import { jsonOption } from "./options";

// Loaded where a verb runs: help and usage errors come without them.
const sessions = () => require("../session/session") as typeof import("../session/session");

const audits = () => require("../audit/show-audit") as typeof import("../audit/show-audit");

interface AuditFlags {
  readonly model?: string;
  readonly head?: string;
  readonly json?: boolean;
}

const open = (scope: CommandScope, { json = false }: AuditFlags) =>
  sessions().openSession({ json, signal: scope.signal, attached: false });

/** `mlops audit`. */
export function addAudit(program: Command, scope: CommandScope): void {
  const audit = program
    .command("audit")
    .description("look at what was done, and check that its record is whole");
  audit
    .command("list", { isDefault: true })
    .description("list who registered, approved, released, rolled back or removed what, when and why")
    .option("--model <name>", "only this model's")
    .addOption(jsonOption())
    .action(async (flags: AuditFlags) => {
      const session = await open(scope, flags);
      const { acts, text } = await audits().listActs(session.audit, flags.model);
      session.output.result(acts, text);
    });
  audit
    .command("verify")
    .description("check that no entry was changed, taken away or put elsewhere; exit 1 otherwise")
    .option("--head <number:digest>", "what an earlier check printed: everything up to it has to be there")
    .addOption(jsonOption())
    .action(async (flags: AuditFlags) => {
      const session = await open(scope, flags);
      const { verified, text } = await audits().checkTrail(session.audit, flags.head);
      session.output.result(verified, text);
      if (verified.faults.length > 0) process.exitCode = 1;
    });
}
