import {
  accessKeyOf,
  cookieName,
  hostedEntrance,
  isOwnHost,
  isOwnOrigin,
  isSame,
  newAccessKey,
  readCookie,
} from "../../../../cli/dashboard/web/access";

test("each process has a key of its own, and one for forms that does not give it away", () => {
  const [a, b] = [newAccessKey(), newAccessKey()];
  expect(a.key).not.toBe(b.key);
  expect(a.formKey).not.toBe(b.formKey);
  expect(a.key).toMatch(/^[\w-]{32}$/);
  expect(a.formKey).not.toContain(a.key);
});

test.each([
  ["abc", "abc", true],
  ["abd", "abc", false],
  ["ab", "abc", false],
  ["", "abc", false],
])("%j is %j: %s", (given, expected, same) => {
  expect(isSame(given, expected)).toBe(same);
});

test.each([
  ["mlops-dashboard-8800=k", "k"],
  ["a=1; mlops-dashboard-8800=k=1; b=2", "k=1"],
  ["mlops-dashboard-88001=k", undefined],
  ["mlops-dashboard-8800", undefined],
  [undefined, undefined],
])("the cookie in %j is %j", (header, value) => {
  expect(readCookie(header, cookieName(8800))).toBe(value);
});

test.each([
  ["127.0.0.1:8800", true],
  ["localhost:8800", true],
  ["[::1]:8800", true],
  ["127.0.0.1", false],
  ["127.0.0.1:8801", false],
  ["rebound.example:8800", false],
  [undefined, false],
])("a request for %j is for this machine: %s", (host, own) => {
  expect(isOwnHost(host, 8800)).toBe(own);
});

test.each([
  ["http://127.0.0.1:8800", "127.0.0.1:8800", true],
  ["http://localhost:8800", "127.0.0.1:8800", false],
  ["https://127.0.0.1:8800", "127.0.0.1:8800", false],
  ["null", "127.0.0.1:8800", false],
  [undefined, "127.0.0.1:8800", false],
])("a form from %j to %j is of a page of its own: %s", (origin, host, own) => {
  expect(isOwnOrigin(origin, host)).toBe(own);
});

test("a key that is given lasts, and its forms are those of the same key", () => {
  expect(accessKeyOf("k".repeat(32))).toEqual(accessKeyOf("k".repeat(32)));
  expect(accessKeyOf("k".repeat(32)).key).toBe("k".repeat(32));
});

describe("a web app of App Service", () => {
  const env = { WEBSITE_HOSTNAME: "dash.azurewebsites.net", WEBSITE_AUTH_ENABLED: "True" };

  test("believes who is signed in, and takes forms of its own pages", () => {
    const { whoIs, isOrigin } = hostedEntrance(env);
    expect(whoIs?.({ "x-ms-client-principal-name": "ann@example.com" })).toBe("ann@example.com");
    for (const headers of [{}, { "x-ms-client-principal-name": "" }])
      expect(whoIs?.(headers)).toBeUndefined();
    expect(isOrigin("https://dash.azurewebsites.net", "other")).toBe(true);
    for (const origin of ["http://dash.azurewebsites.net", "https://evil.example", "null", undefined])
      expect(isOrigin(origin, "evil.example")).toBe(false);
  });

  test.each([
    [{}],
    [{ WEBSITE_HOSTNAME: "dash.azurewebsites.net" }],
    [{ ...env, WEBSITE_AUTH_ENABLED: "False" }],
    [{ WEBSITE_AUTH_ENABLED: "True" }],
  ])("is refused where nobody is signed in by App Service: %j", (given) => {
    expect(() => hostedEntrance(given)).toThrow(
      /--hosted is for a web app of Azure App Service that signs people in/,
    );
  });
});
