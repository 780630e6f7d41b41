import { z } from "zod";
import type { CommentOptions, Comments, Env } from "./comments";
import { callRest, type RestService } from "../base/rest";

/** What a comment takes is 65,536 characters; the marker takes some. */
const maxCharacters = 65_000;
/** Pages of a hundred comments that are looked through. */
const maxPages = 30;

const commentsSchema = z.array(z.object({ id: z.number(), body: z.string().nullish() }));

function remedy(status: number, said: string): string | undefined {
  if (status === 401) return "Expected the job's token. Pass it to this step as GITHUB_TOKEN.";
  if (/rate limit/i.test(said)) return "Its limit of requests is used up. Run the job again later.";
  if (status === 403) {
    return "Give the job `permissions: pull-requests: write`. A pull request from a fork never gets it.";
  }
  if (status === 404) return "Expected the pull request, and a token of its repository.";
  if (status === 422) return "The comment or the pull request is not as it takes it. Correct what it names.";
  return undefined;
}

/** The number of the pull request, wherever this job runs. */
function pullRequestOf(env: Env): { readonly repository: string; readonly number: string } | undefined {
  const { GITHUB_REPOSITORY, GITHUB_REF, BUILD_REPOSITORY_PROVIDER, BUILD_REPOSITORY_NAME } = env;
  const { SYSTEM_PULLREQUEST_PULLREQUESTNUMBER, CHANGE_ID, TRAVIS_REPO_SLUG, TRAVIS_PULL_REQUEST } = env;
  const candidates: readonly (readonly [string | undefined, string | undefined])[] = [
    [GITHUB_REPOSITORY, /^refs\/pull\/(\d+)\//.exec(GITHUB_REF ?? "")?.[1]],
    // Jenkins has the number, and the repository only as its settings give it.
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

/** Comments of a pull request on GitHub, by the token that the job was given. */
export function githubComments(env: Env, { timing, secrets }: CommentOptions): Comments | undefined {
  const { GITHUB_TOKEN: token, GITHUB_API_URL: api = "https://api.github.com" } = env;
  const pullRequest = pullRequestOf(env);
  if (!token || pullRequest === undefined) return undefined;
  const service: RestService = {
    name: "GitHub",
    headers: {
      authorization: `Bearer ${token}`,
      accept: "application/vnd.github+json",
      "x-github-api-version": "2022-11-28",
      "user-agent": "mlops",
    },
    remedy,
    timing,
    secrets: [token, ...secrets],
  };
  return new IssueComments(service, `${api}/repos/${pullRequest.repository}/issues`, pullRequest.number);
}

const markerOf = (key: string): string => `<!-- mlops.comment ${key.replace(/[^\w., -]/g, "")} -->`;

class IssueComments implements Comments {
  readonly max = maxCharacters;
  readonly place: string;

  constructor(
    private readonly service: RestService,
    private readonly issues: string,
    private readonly number: string,
  ) {
    this.place = `pull request ${number} on GitHub`;
  }

  async find(key: string): Promise<{ update(text: string): Promise<void> } | undefined> {
    for (let page = 1; page <= maxPages; page += 1) {
      const { value, link } = await callRest(this.service, {
        what: "The list of comments",
        method: "GET",
        url: `${this.issues}/${this.number}/comments?per_page=100&page=${page}`,
        answer: commentsSchema,
      });
      const found = value.find(({ body }) => body?.startsWith(markerOf(key)));
      if (found !== undefined) return { update: (text) => this.update(found.id, key, text) };
      if (!link?.includes('rel="next"')) return undefined;
    }
    return undefined;
  }

  private async update(id: number, key: string, text: string): Promise<void> {
    await callRest(this.service, {
      what: "The update of the comment",
      method: "PATCH",
      url: `${this.issues}/comments/${id}`,
      body: { body: `${markerOf(key)}\n${text}` },
      answer: z.unknown(),
    });
  }

  async create(key: string, text: string): Promise<void> {
    await callRest(this.service, {
      what: "The new comment",
      method: "POST",
      url: `${this.issues}/${this.number}/comments`,
      body: { body: `${markerOf(key)}\n${text}` },
      answer: z.unknown(),
    });
  }
}
