import { PlatformError } from "../../../platform/base/errors";
import { readGoldenRows, readModelMetadata } from "../../../platform/model/model-directory";
import type { Signature } from "../../../platform/model/signature";
import { testHeader } from "../../../scoring/http/request-headers";
import { readFromModel } from "../../session/read-from-model";
import type { Session } from "../../session/session";
import { openTarget } from "../../session/target";
import type { Board } from "../board/board";
import { tryRow, type TriedRow } from "./try-row";

/** What serves in production, to be tried. */
export interface Trial {
  readonly version: string;
  readonly signature: Signature;
  /** Of a row that the model knows, as text. */
  readonly example: Readonly<Record<string, string>>;
  readonly ask: (row: object) => Promise<TriedRow>;
}

/** What serves in production of a model, with what a form of it needs; its requests are marked as tests, or are a client's. */
export async function openTrial(
  session: Session,
  { name, production }: Pick<Board, "name" | "production">,
  { asTest }: { readonly asTest: boolean },
): Promise<Trial> {
  const target = openTarget(session, session.settings.target);
  const { stable, url } = await target.deployer.status(production, name);
  if (stable === undefined || url === undefined) {
    throw new PlatformError(
      "NOT_FOUND",
      `Nothing of ${name} serves in ${production} now, so there is nothing to ask. \`npm run mlops -- serve --model ${name}\` serves what is released.`,
    );
  }
  const { signature, row } = await readFromModel(session.registry, stable, async (directory) => {
    const [golden = {}] = (await readGoldenRows(directory)).rows;
    return { signature: (await readModelMetadata(directory)).signature, row: golden };
  });
  const access = await target.access(production, name);
  const { [testHeader]: mark, ...headers } = access.headers;
  const marked = asTest && mark !== undefined ? { ...headers, [testHeader]: mark } : headers;
  return {
    version: stable.model,
    signature,
    example: Object.fromEntries(
      Object.entries(row).map(([column, value]) => [column, value === null ? "" : String(value)]),
    ),
    ask: (asked) => tryRow({ ...access, url, headers: marked }, asked),
  };
}
