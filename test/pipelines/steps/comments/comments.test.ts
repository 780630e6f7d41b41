import type { ServerResponse } from "node:http";
import { writeComment, type Comments } from "../../../../pipelines/steps/comments/comments";
import { findComments } from "../../../../pipelines/steps/comments/find-comments";
import { missingForGithub } from "../../../../pipelines/steps/comments/github-comments";
import { sendJson, startServer, type Received, type SmallServer } from "../../../platform/http/http-server";

type Answer = (response: ServerResponse, request: Received) => void;

/** A server on loopback that keeps comments as a service's documentation says, and fails as a test says. */
abstract class CommentServer {
  readonly requests: Received[] = [];
  /** Answers to the next requests, or to the next changes of a comment, instead of the usual ones. */
  readonly next: Answer[] = [];
  readonly nextChange: Answer[] = [];
  readonly texts = new Map<number, string>();
  protected server: SmallServer | undefined;
  abstract readonly name: string;
  abstract env(): Record<string, string>;
  abstract answer(request: Received, response: ServerResponse): void;
  /** An error as this service words it. */
  abstract fault(message: string): unknown;

  async start(): Promise<void> {
    this.server = await startServer((request, response) => {
      this.requests.push(request);
      const special = request.method === "GET" ? this.next.shift() : this.nextChange.shift();
      if (special) special(response, request);
      else this.answer(request, response);
    });
  }

  get url(): string {
    return this.server?.url ?? "";
  }

  close(): Promise<void> | undefined {
    return this.server?.close();
  }

  comments(change: Record<string, string> = {}): Comments {
    const timing = { attempts: 3, firstPauseMs: 1, timeoutMs: 300, maxPauseMs: 2_000 };
    const found = findComments({ ...this.env(), ...change }, { timing, secrets: [] });
    if (found === undefined) throw new Error("no comments");
    return found;
  }
}

/** Threads of a pull request of Azure Repos, REST version 7.1. */
class AzureDevOps extends CommentServer {
  readonly name = "Azure DevOps";
  private readonly keys = new Map<number, unknown>();
  readonly path = "/org/My%20project/_apis/git/repositories/repo-1/pullRequests/7/threads";

  env(): Record<string, string> {
    return {
      SYSTEM_COLLECTIONURI: `${this.url}/org/`,
      SYSTEM_TEAMPROJECT: "My project",
      BUILD_REPOSITORY_ID: "repo-1",
      BUILD_REPOSITORY_PROVIDER: "TfsGit",
      SYSTEM_PULLREQUEST_PULLREQUESTID: "7",
      SYSTEM_ACCESSTOKEN: "the-job-token",
    };
  }

  fault(message: string): unknown {
    return { $id: "1", innerException: null, message, typeKey: "X", errorCode: 0, eventId: 3000 };
  }

  answer({ method, path, body }: Received, response: ServerResponse): void {
    if (!path.endsWith("?api-version=7.1") || !path.startsWith(this.path)) return sendJson(response, 404, {});
    if (method === "GET") return sendJson(response, 200, this.list());
    const given = JSON.parse(body) as {
      content: string;
      comments: { content: string }[];
      properties: unknown;
    };
    if (method === "POST") {
      const id = this.texts.size + 1;
      this.texts.set(id, given.comments[0]?.content ?? "");
      this.keys.set(id, given.properties);
      return sendJson(response, 200, { id });
    }
    const id = Number(/threads\/(\d+)\/comments\/1\?/.exec(path)?.[1]);
    if (!this.texts.has(id)) return sendJson(response, 404, this.fault("no such comment"));
    this.texts.set(id, given.content);
    sendJson(response, 200, { id: 1, content: given.content });
  }

  private list(): unknown {
    const ours = [...this.texts].map(([id, content]) => ({
      id,
      properties: this.keys.get(id),
      comments: [{ id: 1, content }],
      status: "closed",
    }));
    const others = [
      { id: 901, properties: null, comments: [{ id: 1, content: "hello" }] },
      {
        id: 902,
        isDeleted: true,
        properties: { "mlops.comment": { $value: "preview qa" } },
        comments: [{ id: 1 }],
      },
    ];
    return { value: [...others, ...ours], count: others.length + ours.length };
  }
}

/** Comments of an issue on GitHub, REST version 2022-11-28; three on a page. */
class GitHub extends CommentServer {
  readonly name = "GitHub";

  constructor() {
    super();
    for (let id = 1; id <= 4; id += 1) this.texts.set(id, `comment ${id}`);
  }

  env(): Record<string, string> {
    return {
      GITHUB_API_URL: this.url,
      GITHUB_REPOSITORY: "owner/repo",
      GITHUB_REF: "refs/pull/7/merge",
      GITHUB_TOKEN: "the-job-token",
    };
  }

  fault(message: string): unknown {
    return { message, documentation_url: "https://docs.github.com/rest" };
  }

  answer({ method, path, body }: Received, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(path, this.url);
    const all = "/repos/owner/repo/issues/7/comments";
    const one = /^\/repos\/owner\/repo\/issues\/comments\/(\d+)$/.exec(pathname)?.[1];
    if (method === "GET" && pathname === all) {
      const page = Number(searchParams.get("page"));
      const list = [...this.texts].map(([id, text]) => ({ id, body: text }));
      if (page * 3 < list.length)
        response.setHeader("link", `<${this.url}${all}?page=${page + 1}>; rel="next"`);
      return sendJson(response, 200, list.slice((page - 1) * 3, page * 3));
    }
    const given = JSON.parse(body === "" ? "{}" : body) as { body: string };
    const id = one === undefined ? Math.max(...this.texts.keys()) + 1 : Number(one);
    if (method === "POST" && pathname === all) {
      this.texts.set(id, given.body);
      return sendJson(response, 201, { id });
    }
    if (method !== "PATCH" || !this.texts.has(id)) return sendJson(response, 404, this.fault("Not Found"));
    this.texts.set(id, given.body);
    sendJson(response, 200, { id });
  }
}

const failed = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "did not fail",
    (error: unknown) => (error as Error).message,
  );

describe.each([
  ["Azure DevOps", () => new AzureDevOps()],
  ["GitHub", () => new GitHub()],
])("a comment of a pull request in %s", (_name, make) => {
  let server: CommentServer;
  beforeEach(async () => {
    server = make();
    await server.start();
  });
  afterEach(() => server.close());

  const ours = (): string[] => [...server.texts.values()].filter((text) => text.includes("preview"));
  const write = (text: string): Promise<string> => writeComment(server.comments(), "preview qa", text);
  const answers = (status: number, body: unknown, headers: Record<string, string> = {}): Answer => {
    return (response) => response.writeHead(status, headers).end(JSON.stringify(body));
  };

  test("is made once and changed afterwards, with the job's token", async () => {
    expect(await write("the first preview")).toBe("created");
    expect(await write("the second preview")).toBe("updated");
    expect(await write("the third preview")).toBe("updated");
    expect(ours()).toHaveLength(1);
    expect(ours()[0]).toContain("the third preview");
    expect(new Set(server.requests.map(({ headers }) => headers.authorization))).toEqual(
      new Set(["Bearer the-job-token"]),
    );
  });

  test("is another one for another key", async () => {
    await write("a preview");
    expect(await writeComment(server.comments(), "preview prod", "another preview")).toBe("created");
    expect(ours()).toHaveLength(2);
  });

  test("is made anew when somebody deletes it meanwhile", async () => {
    await write("the first preview");
    server.nextChange.push(answers(404, server.fault("gone")));
    expect(await write("the second preview")).toBe("created");
  });

  test("is not made twice when the answer is lost", async () => {
    // It is kept, and the connection is cut before the answer.
    server.nextChange.push((response, request) => {
      const deaf = { writeHead: () => ({ end: () => undefined }) };
      server.answer(request, deaf as unknown as ServerResponse);
      response.destroy();
    });
    expect(await write("a preview")).toBe("created");
    expect(ours()).toHaveLength(1);
  });

  test.each([
    [500, {}],
    [502, {}],
    [503, {}],
    [429, { "retry-after": "0" }],
  ])("waits out HTTP %d %j", async (status, headers) => {
    server.next.push(answers(status, "busy", headers), answers(status, "busy", headers));
    expect(await write("a preview")).toBe("created");
    expect(ours()).toHaveLength(1);
    expect(server.next).toHaveLength(0);
  });

  test("waits out one answer that does not come", async () => {
    server.next.push(() => undefined);
    expect(await write("a preview")).toBe("created");
  });

  test("is not made again when the service may have made it, and that cannot be found out", async () => {
    server.nextChange.push(answers(500, server.fault("oops")));
    expect(await failed(write("a preview"))).toContain("The new comment failed: ");
    expect(ours()).toHaveLength(0);
  });

  test("is given up when no answer comes", async () => {
    server.next.push(...Array.from({ length: 3 }, () => () => undefined));
    expect(await failed(write("a preview"))).toMatch(
      /^The list of comments failed: .+ \(127\.0\.0\.1:\d+\) sent no response within 0\.3 s\. Check the network/,
    );
  });

  test("is given up when the service asks to wait too long, which is said", async () => {
    server.next.push(answers(429, server.fault("slow down"), { "retry-after": "120" }));
    const message = await failed(write("a preview"));
    expect(message).toContain("HTTP 429 (slow down). It asks to wait 120 s.");
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    [401, "who are you", "Pass"],
    [404, "no such thing", "Expected an existing pull request"],
    [409, "changed", "Run the job again"],
    [400, "bad", "Correct what it names"],
  ])("is refused with HTTP %d: %s", async (status, said, remedy) => {
    server.next.push(answers(status, server.fault(said)));
    const message = await failed(write("a preview"));
    expect(message).toContain(`HTTP ${status} (${said}).`);
    expect(message).toContain(remedy);
    expect(server.requests).toHaveLength(1);
    server.nextChange.push(answers(status, server.fault(said)));
    expect(await failed(write("a preview"))).toContain(`The new comment failed: ${server.name}`);
  });

  test("is refused by a service that fails all the time", async () => {
    server.next.push(...Array.from({ length: 3 }, () => answers(503, "<html>down</html>")));
    expect(await failed(write("a preview"))).toContain("HTTP 503. The fault is on its side.");
  });

  test("is refused with what it says, without the token", async () => {
    server.next.push(answers(400, server.fault("the-job-token is odd")));
    expect(await failed(write("a preview"))).toContain("HTTP 400 ([secret] is odd)");
  });

  test("needs an answer as it is documented", async () => {
    server.next.push(answers(200, { value: [{ id: "x" }] }));
    expect(await failed(write("a preview"))).toContain("returned JSON that is not as documented");
  });

  test("is sent encrypted only", async () => {
    const away = server.comments({
      SYSTEM_COLLECTIONURI: "http://a.example/",
      GITHUB_API_URL: "http://a.example",
    });
    expect(await failed(writeComment(away, "k", "t"))).toContain("http://a.example is not encrypted");
  });

  test("needs a pull request and a token", () => {
    for (const name of Object.keys(server.env()).filter((each) => !/API_URL|PROVIDER/.test(each))) {
      expect(findComments({ ...server.env(), [name]: "" }, { secrets: [] })).toBeUndefined();
    }
  });
});

describe("what each service says in its own way", () => {
  let server: CommentServer;
  afterEach(() => server.close());
  const messageAfter = async (answer: Answer): Promise<string> => {
    await server.start();
    server.next.push(answer);
    return failed(writeComment(server.comments(), "k", "t"));
  };

  test("Azure DevOps names the permission that is missing", async () => {
    server = new AzureDevOps();
    const said =
      "TF401027: You need the Git 'PullRequestContribute' permission to perform this action. Details: identity 'Build\\1', scope 'repository'.";
    const message = await messageAfter((response) => sendJson(response, 403, server.fault(said)));
    expect(message).toContain("TF401027");
    expect(message).toContain('the permission "Contribute to pull requests"');
  });

  test.each([
    ["sends its page to sign in", 203, {}],
    ["leads to its page to sign in", 302, { location: "https://login.example/" }],
  ])("Azure DevOps %s when it does not know the token", async (_what, status, headers) => {
    server = new AzureDevOps();
    const message = await messageAfter((response) => response.writeHead(status, headers).end("<html>"));
    expect(message).toContain("SYSTEM_ACCESSTOKEN: $(System.AccessToken)");
  });

  test("GitHub names the permission that is missing", async () => {
    server = new GitHub();
    const message = await messageAfter((response) =>
      sendJson(response, 403, server.fault("Resource not accessible by integration")),
    );
    expect(message).toContain("permissions: pull-requests: write");
  });

  test("GitHub refuses for its limit of requests with the status of a permission", async () => {
    server = new GitHub();
    const message = await messageAfter((response) =>
      sendJson(response, 403, server.fault("API rate limit exceeded for installation")),
    );
    expect(message).toContain("Run the job again later");
    expect(message).not.toContain("permissions:");
  });
});

describe("the pull request", () => {
  const options = { secrets: [] };
  const token = { GITHUB_TOKEN: "t" };

  test.each([
    ["GitHub Actions", { GITHUB_REPOSITORY: "o/r", GITHUB_REF: "refs/pull/7/merge" }],
    ["Jenkins", { GITHUB_REPOSITORY: "o/r", CHANGE_ID: "7" }],
    ["Travis", { TRAVIS_REPO_SLUG: "o/r", TRAVIS_PULL_REQUEST: "7" }],
    [
      "Azure Pipelines of a repository on GitHub",
      {
        SYSTEM_COLLECTIONURI: "https://dev.azure.com/o/",
        SYSTEM_TEAMPROJECT: "p",
        BUILD_REPOSITORY_ID: "o/r",
        SYSTEM_ACCESSTOKEN: "t",
        SYSTEM_PULLREQUEST_PULLREQUESTID: "99887766",
        SYSTEM_PULLREQUEST_PULLREQUESTNUMBER: "7",
        BUILD_REPOSITORY_PROVIDER: "GitHub",
        BUILD_REPOSITORY_NAME: "o/r",
      },
    ],
  ])("of %s is found", (_name, env) => {
    expect(findComments({ ...env, ...token }, options)?.place).toBe("pull request 7 on GitHub");
  });

  test.each([
    { GITHUB_REPOSITORY: "o/r", GITHUB_REF: "refs/heads/main" },
    { TRAVIS_REPO_SLUG: "o/r", TRAVIS_PULL_REQUEST: "false" },
    {},
  ])("is none for %j", (env) => {
    expect(findComments({ ...env, ...token }, options)).toBeUndefined();
  });
});

describe("a pull request on GitHub that nobody may comment on", () => {
  const azurePipelines = {
    BUILD_REPOSITORY_PROVIDER: "GitHub",
    BUILD_REPOSITORY_NAME: "contoso/models",
    SYSTEM_PULLREQUEST_PULLREQUESTNUMBER: "12",
    SYSTEM_ACCESSTOKEN: "the-job-token",
  };

  test("is said, with the token that Azure Pipelines has to be given", () => {
    expect(missingForGithub(azurePipelines)).toMatch(
      /^No comment on pull request 12 of contoso\/models: GITHUB_TOKEN is not set\..*GITHUB-TOKEN.*"Pull requests: write"/,
    );
    expect(findComments(azurePipelines, { secrets: [] })).toBeUndefined();
  });

  test("is not with that token, nor without a pull request", () => {
    const given = { ...azurePipelines, GITHUB_TOKEN: "token" };
    expect(missingForGithub(given)).toBeUndefined();
    expect(findComments(given, { secrets: [] })?.place).toBe("pull request 12 on GitHub");
    expect(
      missingForGithub({ ...azurePipelines, SYSTEM_PULLREQUEST_PULLREQUESTNUMBER: undefined }),
    ).toBeUndefined();
  });
});
