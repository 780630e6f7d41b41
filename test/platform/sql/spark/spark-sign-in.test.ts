import { SparkSignIn } from "../../../../platform/sql/spark/spark-sign-in";

const server = { address: "https://spark.example/x", folders: [] };

async function headerOf(signIn: SparkSignIn): Promise<unknown> {
  const options: Record<string, unknown> = {};
  await signIn.authenticate({ setOptions: (name, value) => void (options[name] = value) });
  return (options.headers as { readonly Authorization: unknown }).Authorization;
}

afterEach(() => jest.restoreAllMocks());

test("a token, an identity, a user, or nobody", async () => {
  const tokens = () => Promise.resolve("of-identity");
  expect(await headerOf(await SparkSignIn.of({ ...server, token: "t" }))).toBe("Bearer t");
  expect(await headerOf(await SparkSignIn.of({ ...server, tokens }))).toBe("Bearer of-identity");
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;
  expect(await headerOf(await SparkSignIn.of({ ...server, user: "u", password: "p" }))).toBe(basic("u:p"));
  expect(await headerOf(await SparkSignIn.of(server))).toBe(basic("anonymous:anonymous"));
});

test("a token of an identity is renewed before it ends, and not at each request", async () => {
  let now = 0;
  jest.spyOn(Date, "now").mockImplementation(() => now);
  let given = 0;
  const signIn = await SparkSignIn.of({ ...server, tokens: () => Promise.resolve(`t${++given}`) });
  const headers: Record<string, unknown> = { Authorization: await headerOf(signIn) };
  signIn.renewIn(headers);
  const seen: unknown[] = [];
  for (now of [0, 200_000, 250_000, 300_000, 500_000]) {
    await signIn.renew();
    seen.push(headers.Authorization);
  }
  expect(seen).toEqual(["Bearer t1", "Bearer t1", "Bearer t2", "Bearer t2", "Bearer t3"]);
});

test("what an identity says when it gives no token is told", async () => {
  const tokens = () => Promise.reject(new Error("Nobody is signed in."));
  await expect(SparkSignIn.of({ ...server, tokens })).rejects.toThrow("Nobody is signed in.");
});
