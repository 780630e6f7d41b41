import { RemoteError } from "../../../platform/http/remote-error";
import type { RetryTiming } from "../../../platform/http/retries";

/** Where a pull request's comments are kept. */
export interface Comments {
  /** In a message: `pull request 7 in Azure DevOps`. */
  readonly place: string;
  /** Characters that a comment may have. */
  readonly max: number;
  /** The comment that was written with this key before. */
  find(key: string): Promise<FoundComment | undefined>;
  create(key: string, text: string): Promise<void>;
}

/** A comment that is there. */
interface FoundComment {
  update(text: string): Promise<void>;
}

export type Env = Readonly<Record<string, string | undefined>>;

/** What comments need besides the environment. */
export interface CommentOptions {
  readonly timing?: Partial<RetryTiming> | undefined;
  readonly secrets: readonly string[];
}

/** Writes the comment with this key: the one that is there is changed, so that there is never a second. */
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

/** Whether the comment was there to be changed: somebody may have deleted it a moment ago. */
async function updated(found: FoundComment, text: string): Promise<boolean> {
  try {
    await found.update(text);
    return true;
  } catch (error) {
    if (error instanceof RemoteError && error.httpStatus === 404) return false;
    throw error;
  }
}
