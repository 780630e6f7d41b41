import { z } from "zod";
import type { CommentOptions, Comments, Env } from "./comments";
import { HttpClient } from "../../../platform/http/http-client";
import type { Failure } from "../../../platform/http/remote-error";
import { maskText } from "../base/mask";

/** GitHub allows 65,536 characters; the marker needs some of them. */
const maxCharacters = 65_000;
/** Maximum pages to search, of 100 comments each. */
const maxPages = 30;

const commentsSchema = z.array(z.object({ id: z.number(), body: z.string().nullish() }));

function remedy({ status, said }: Failure): string | undefined {
  if (status === 401) return "Expected the job's token. Pass it to this step as GITHUB_TOKEN.";
  if (/rate limit/i.test(said)) return "The rate limit is exceeded. Run the job again later.";
  if (status === 403) {
    return "Give the job `permissions: pull-requests: write`. A pull request from a fork never gets it.";
  }
  if (status === 404) return "Expected an existing pull request, and a token for its repository.";
  if (status === 409) return "The pull request was changed in the meantime. Run the job again.";
  return undefined;
}

/** Repository and number of the pull request, on any CI system; undefined without a pull request. */
function pullRequestOf(env: Env): { readonly repository: string; readonly number: string } | undefined {
  const { GITHUB_REPOSITORY, GITHUB_REF, BUILD_REPOSITORY_PROVIDER, BUILD_REPOSITORY_NAME } = env;
  const { SYSTEM_PULLREQUEST_PULLREQUESTNUMBER, CHANGE_ID, TRAVIS_REPO_SLUG, TRAVIS_PULL_REQUEST } = env;
  const candidates: readonly (readonly [string | undefined, string | undefined])[] = [
    [GITHUB_REPOSITORY, /^refs\/pull\/(\d+)\//.exec(GITHUB_REF ?? "")?.[1]],
    // Jenkins sets only the number; its settings have to provide the repository.
    [GITHUB_REPOSITORY, CHANGE_ID],
    [TRAVIS_REPO_SLUG, TRAVIS_PULL_REQUEST],
    BUILD_REPOSITORY_PROVIDER === "GitHub"
      ? [BUILD_REPOSITORY_NAME, SYSTEM_PULLREQUEST_PULLREQUESTNUMBER]
      : [undefined, undefined],
  ];
  for (const [repository, number] of candidates) {
    if (repository && number && /^\d+$/.test(number)) return { repository, number };
  }
  return undefined;
}

/** What is missing to write comments of a pull request on GitHub; undefined outside of one, and where nothing is. */
export function missingForGithub(env: Env): string | undefined {
  const pullRequest = pullRequestOf(env);
  if (pullRequest === undefined || env.GITHUB_TOKEN) return undefined;
  return `No comment on pull request ${pullRequest.number} of ${pullRequest.repository}: GITHUB_TOKEN is not set. Expected a token that may write its comments. Azure Pipelines has none for GitHub: give this pipeline a secret variable GITHUB-TOKEN, a token with "Pull requests: write" for this repository alone. Elsewhere, pass the job's token to this step as GITHUB_TOKEN.`;
}

/** Comments of a pull request on GitHub, with the job's token; undefined outside of one. */
export function githubComments(env: Env, { timing, secrets }: CommentOptions): Comments | undefined {
  const { GITHUB_TOKEN: token, GITHUB_API_URL: api = "https://api.github.com" } = env;
  const pullRequest = pullRequestOf(env);
  if (!token || pullRequest === undefined) return undefined;
  const client = new HttpClient({
    name: "GitHub",
    code: "REMOTE_FAILED",
    headers: {
      accept: "application/vnd.github+json",
      "x-github-api-version": "2022-11-28",
      "user-agent": "mlops",
    },
    token: () => Promise.resolve(token),
    remedy,
    timing,
    mask: (said) => maskText(said, [token, ...secrets]),
  });
  return new IssueComments(client, `${api}/repos/${pullRequest.repository}/issues`, pullRequest.number);
}

const markerOf = (key: string): string => `<!-- mlops.comment ${key.replace(/[^\w., -]/g, "")} -->`;

class IssueComments implements Comments {
  readonly max = maxCharacters;
  readonly place: string;

  constructor(
    private readonly client: HttpClient,
    private readonly issues: string,
    private readonly number: string,
  ) {
    this.place = `pull request ${number} on GitHub`;
  }

  async find(key: string): Promise<{ update(text: string): Promise<void> } | undefined> {
    for (let page = 1; page <= maxPages; page += 1) {
      const { value, header } = await this.client.page({
        what: "The list of comments",
        method: "GET",
        url: `${this.issues}/${this.number}/comments?per_page=100&page=${page}`,
        answer: commentsSchema,
      });
      const found = value.find(({ body }) => body?.startsWith(markerOf(key)));
      if (found !== undefined) return { update: (text) => this.update(found.id, key, text) };
      if (!header("link")?.includes('rel="next"')) return undefined;
    }
    return undefined;
  }

  private async update(id: number, key: string, text: string): Promise<void> {
    await this.client.tell({
      what: "The update of the comment",
      method: "PATCH",
      url: `${this.issues}/comments/${id}`,
      body: { body: `${markerOf(key)}\n${text}` },
    });
  }

  async create(key: string, text: string): Promise<void> {
    await this.client.tell({
      what: "The new comment",
      method: "POST",
      url: `${this.issues}/${this.number}/comments`,
      body: { body: `${markerOf(key)}\n${text}` },
    });
  }
}
