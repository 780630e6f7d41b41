import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { signInToRegistry } from "../../../../infra/components/images/registry-login";

interface Asked {
  readonly path: string;
  readonly type: string;
  readonly body: string;
}

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

const timing = { attempts: 3, firstPauseMs: 1, maxPauseMs: 1500, timeoutMs: 5000 };
const granted: Answer = (response) => response.end(JSON.stringify({ refresh_token: "refresh" }));
const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(code, headers).end('{"errors":[{"message":"the entra-token is no good"}]}');
const cutShort: Answer = (response) => {
  response.writeHead(200, { "content-length": "100" });
  response.write('{"refresh_tok');
  setImmediate(() => response.destroy());
};

/** Signs in at a server that answers so, in this order; returns what it was asked, and what came of it. */
async function signIn(
  ...answers: Answer[]
): Promise<{ asked: Asked[]; password?: string; message?: string }> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part: Buffer) => (body += part.toString()));
    request.on("end", () => {
      asked.push({
        path: `${request.method} ${request.url}`,
        type: request.headers["content-type"] ?? "",
        body,
      });
      (answers[asked.length - 1] ?? status(500))(response, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    return { asked, password: await signInToRegistry({ url, token: "entra-token" }, timing) };
  } catch (error) {
    return { asked, message: (error as Error).message };
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

describe("signing in to a registry with an Entra token", () => {
  test("exchanges it for the registry's own, as Azure documents it", async () => {
    const { asked, password } = await signIn(granted);
    expect(password).toBe("refresh");
    expect(asked).toHaveLength(1);
    expect(asked[0]?.path).toBe("POST /oauth2/exchange");
    expect(asked[0]?.type).toMatch(/^application\/x-www-form-urlencoded/);
    expect(Object.fromEntries(new URLSearchParams(asked[0]?.body))).toEqual({
      grant_type: "access_token",
      service: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as unknown,
      access_token: "entra-token",
    });
  });

  test.each([
    [401, /HTTP 401\. Expected a valid Entra token .* az login --tenant/],
    [403, /HTTP 403\. Expected an identity that can push.* AcrPush/],
    [404, /HTTP 404\. .*mlops:registryLogin docker/],
  ])("is told at once when the registry says %d, without the token", async (code, message) => {
    const result = await signIn(status(code), granted);
    expect(result.asked).toHaveLength(1);
    expect(result.message).toMatch(message);
    expect(result.message).not.toContain("entra-token");
  });

  test("waits as long as a busy registry asks", async () => {
    const before = performance.now();
    const { asked, password } = await signIn(status(429, { "retry-after": "1" }), granted);
    expect([asked.length, password]).toEqual([2, "refresh"]);
    expect(performance.now() - before).toBeGreaterThan(950);
  });

  test("does not wait longer than it may, and says so", async () => {
    const { asked, message } = await signIn(status(429, { "retry-after": "60" }), granted);
    expect(asked).toHaveLength(1);
    expect(message).toMatch(/HTTP 429\. It asks to wait 60 s\. Too many sign-ins/);
  });

  test.each([
    ["a server error", status(503)],
    ["an answer that is cut short", cutShort],
    ["an answer that is no JSON", ((response) => response.end("<html>")) satisfies Answer],
  ])("asks again after %s", async (_name, answer) => {
    const { asked, password } = await signIn(answer, granted);
    expect([asked.length, password]).toEqual([2, "refresh"]);
  });

  test("gives up after some attempts", async () => {
    const { asked, message } = await signIn(status(500), status(502), status(503), granted);
    expect(asked).toHaveLength(3);
    expect(message).toMatch(
      /^Signing in failed: the container registry \(127\.0\.0\.1:\d+\) returned HTTP 503\. Run the update again/,
    );
  });

  test("does not take an answer without a token for one", async () => {
    const { asked, message } = await signIn((response) => response.end("{}"), granted);
    expect(asked).toHaveLength(1);
    expect(message).toMatch(/returned JSON that is not as documented \(refresh_token\)/);
  });
});
