import { randomBytes, scrypt } from "node:crypto";
import { promisify } from "node:util";
import type { AuditEntry } from "../../platform/audit/audit-entry";
import { PlatformError } from "../../platform/base/errors";
import type { RowsWith } from "../../platform/data/remove-rows";
import type { ModelDefinition } from "../../platform/definition/definition";

const derive = promisify<string, string, number, Buffer>(scrypt);

/** Whose data has to go: by the id of a request, or by a value of a column of the data. */
export interface Person {
  readonly id: string;
  readonly column?: string | undefined;
}

function describePerson({ column }: Person): string {
  return column === undefined ? "the request of that id" : `that value in the column "${column}"`;
}

/** The column by which rows of requests are known in the data; none where it has no ids. */
export function idColumnOf({ columns }: Pick<ModelDefinition, "columns">): string | undefined {
  return columns.find(({ role }) => role === "id")?.name;
}

/** How rows of a person are found in data; undefined where a request's cannot be told from others. */
export function rowsOf(
  definition: Pick<ModelDefinition, "columns">,
  { id, column }: Person,
): RowsWith | undefined {
  if (column !== undefined) return { column, value: id };
  const idColumn = idColumnOf(definition);
  return idColumn === undefined ? undefined : { column: idColumn, value: id, ofRequest: true };
}

/** The requests of which rows were collected, by the ids that these got. */
export function requestsOf(ids: readonly string[]): string[] {
  return [...new Set(ids.flatMap((id) => /^(.+)\/\d+$/.exec(id)?.[1] ?? []))];
}

/**
 * A digest by which it can be proven later that somebody's data was removed, by whoever knows the id, and by which nobody learns the id
 * in another way than by trying all: each try takes the time and memory of scrypt.
 */
async function digestOfPerson({ id, column = "" }: Person, salt: string): Promise<string> {
  return (await derive(JSON.stringify([column, id]), salt, 32)).toString("hex");
}

/** The proof that goes into the audit trail. */
export async function proofOf(person: Person): Promise<Record<string, string>> {
  const salt = randomBytes(16).toString("hex");
  return { person: await digestOfPerson(person, salt), salt };
}

/** The entry by which a person's data was removed before. */
export async function findForgotten(
  entries: readonly AuditEntry[],
  model: string,
  person: Person,
): Promise<AuditEntry | undefined> {
  for (const entry of entries.toReversed()) {
    const { salt, person: digest } = entry.details;
    if (entry.act !== "forget" || entry.subject !== model || salt === undefined) continue;
    if ((await digestOfPerson(person, salt)) === digest) return entry;
  }
  return undefined;
}

/** That nothing is known of a person, or nothing any more. */
export function unknownPerson(
  model: string,
  person: Person,
  { before, unread }: { readonly before: AuditEntry | undefined; readonly unread: readonly string[] },
): PlatformError {
  if (unread.length > 0) {
    return new PlatformError(
      "DATA_UNREADABLE",
      `What can be read of ${model} has nothing of ${describePerson(person)}, but some files cannot: ${unread.join(", ")}. Nothing was changed. Mend or remove them, and run again.`,
    );
  }
  if (before !== undefined && before.state !== "done") {
    return new PlatformError(
      "CONFLICT",
      `A search of ${model} finds nothing of ${describePerson(person)} any more, but removing it did not end on ${before.time}, entry ${before.number} of the audit trail: earlier versions of files may be left. Nothing was changed. Run it again with --yes.`,
    );
  }
  if (before !== undefined) {
    return new PlatformError(
      "NOT_FOUND",
      `The data of ${model} has nothing of ${describePerson(person)}: it was removed on ${before.time}, entry ${before.number} of the audit trail. Nothing has come since, and nothing was changed.`,
    );
  }
  return new PlatformError(
    "NOT_FOUND",
    `The prediction log and the data of ${model} have nothing of ${describePerson(person)}. Nothing was changed. Expected ${person.column === undefined ? "the id of a request that was scored, as its answer has it; --column names a column of the data to look in instead" : "a value of that column, as it is written in the data"}.`,
  );
}
