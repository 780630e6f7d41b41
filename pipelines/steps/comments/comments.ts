import { RemoteError } from "../../../platform/http/remote-error";
import type { RetryTiming } from "../../../platform/http/retries";

/** Comments of a pull request. */
export interface Comments {
  /** Name for messages: `pull request 7 in Azure DevOps`. */
  readonly place: string;
  /** Maximum characters of a comment. */
  readonly max: number;
  /** The comment written earlier with this key; undefined if there is none. */
  find(key: string): Promise<FoundComment | undefined>;
  create(key: string, text: string): Promise<void>;
}

/** An existing comment. */
interface FoundComment {
  update(text: string): Promise<void>;
}

export type Env = Readonly<Record<string, string | undefined>>;

/** What comments need besides the environment. */
export interface CommentOptions {
  readonly timing?: Partial<RetryTiming> | undefined;
  readonly secrets: readonly string[];
}

/** Writes the comment with this key. An existing one is updated, so there is never a second. */
export async function writeComment(
  comments: Comments,
  key: string,
  text: string,
): Promise<"created" | "updated"> {
  const found = await comments.find(key);
  if (found !== undefined && (await updated(found, text))) return "updated";
  try {
    await comments.create(key, text);
  } catch (error) {
    if (!(error instanceof RemoteError) || !error.maybeDone) throw error;
    // The response was lost, but perhaps not the comment.
    if ((await comments.find(key)) === undefined) throw error;
  }
  return "created";
}

/** Updates the comment; false if somebody has deleted it in the meantime. */
async function updated(found: FoundComment, text: string): Promise<boolean> {
  try {
    await found.update(text);
    return true;
  } catch (error) {
    if (error instanceof RemoteError && error.httpStatus === 404) return false;
    throw error;
  }
}
