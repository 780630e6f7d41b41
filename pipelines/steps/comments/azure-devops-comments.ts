import { z } from "zod";
import type { CommentOptions, Comments, Env } from "./comments";
import { HttpClient } from "../../../platform/http/http-client";
import type { Failure } from "../../../platform/http/remote-error";
import { maskText } from "../base/mask";

/** Maximum length of a comment, with some room for what the service adds. */
const maxCharacters = 149_000;
/** The thread property that identifies our comment. */
const property = "mlops.comment";
const version = "api-version=7.1";

const threadsSchema = z.object({
  value: z.array(
    z.object({
      id: z.number(),
      isDeleted: z.boolean().nullish(),
      properties: z.record(z.string(), z.object({ $value: z.unknown() })).nullish(),
      comments: z.array(z.object({ id: z.number(), isDeleted: z.boolean().nullish() })).nullish(),
    }),
  ),
});

const signIn =
  "Expected the job's token. Pass it to this step: `env: SYSTEM_ACCESSTOKEN: $(System.AccessToken)`.";

function remedy({ status, said }: Failure): string | undefined {
  // Azure DevOps redirects unauthenticated requests to its sign-in page.
  if (status === 401 || status === 302 || status === 203) return signIn;
  if (status === 403 || said.includes("TF401027")) {
    return 'Give "<project> Build Service (<organisation>)" the permission "Contribute to pull requests" on the repository, with `npm run bootstrap` or in Project settings, Repositories, Security.';
  }
  if (status === 404) {
    return "Expected an existing pull request, and a token that can read its repository. If it is in another project, turn off the limit of job tokens to the current project, or give the build service Read there.";
  }
  if (status === 409) return "The pull request was closed or changed in the meantime. Run the job again.";
  return undefined;
}

/** Comments of a pull request in Azure Repos, with the job's token; undefined outside of one. */
export function azureDevOpsComments(env: Env, { timing, secrets }: CommentOptions): Comments | undefined {
  const {
    SYSTEM_COLLECTIONURI: collection,
    SYSTEM_TEAMPROJECT: project,
    BUILD_REPOSITORY_ID: repository,
    BUILD_REPOSITORY_PROVIDER: provider = "TfsGit",
    SYSTEM_PULLREQUEST_PULLREQUESTID: pullRequest,
    SYSTEM_ACCESSTOKEN: token,
  } = env;
  if (!collection || !project || !repository || !pullRequest || !token || provider !== "TfsGit") {
    return undefined;
  }
  const path = [project, "_apis/git/repositories", repository, "pullRequests", pullRequest, "threads"];
  const base = `${collection.replace(/\/?$/, "/")}${path.map((part) => part.split("/").map(encodeURIComponent).join("/")).join("/")}`;
  const client = new HttpClient({
    name: "Azure DevOps",
    code: "REMOTE_FAILED",
    headers: { accept: "application/json" },
    token: () => Promise.resolve(token),
    remedy,
    timing,
    mask: (said) => maskText(said, [token, ...secrets]),
  });
  return new ThreadComments(client, base, pullRequest);
}

class ThreadComments implements Comments {
  readonly max = maxCharacters;
  readonly place: string;

  constructor(
    private readonly client: HttpClient,
    private readonly threads: string,
    pullRequest: string,
  ) {
    this.place = `pull request ${pullRequest} in Azure DevOps`;
  }

  async find(key: string): Promise<{ update(text: string): Promise<void> } | undefined> {
    const { value } = await this.client.call({
      what: "The list of comments",
      method: "GET",
      url: `${this.threads}?${version}`,
      answer: threadsSchema,
    });
    for (const { id, isDeleted, properties, comments } of value) {
      const comment = comments?.find((each) => each.isDeleted !== true);
      if (isDeleted === true || comment === undefined || properties?.[property]?.$value !== key) continue;
      return { update: (content) => this.update(`${this.threads}/${id}/comments/${comment.id}`, content) };
    }
    return undefined;
  }

  private async update(comment: string, content: string): Promise<void> {
    await this.client.tell({
      what: "The update of the comment",
      method: "PATCH",
      url: `${comment}?${version}`,
      body: { content },
    });
  }

  async create(key: string, content: string): Promise<void> {
    await this.client.tell({
      what: "The new comment",
      method: "POST",
      url: `${this.threads}?${version}`,
      body: {
        // commentType 1 is text. A closed thread (status 4) does not block completion of the pull request.
        comments: [{ parentCommentId: 0, content, commentType: 1 }],
        status: 4,
        properties: { [property]: { $type: "System.String", $value: key } },
      },
    });
  }
}
