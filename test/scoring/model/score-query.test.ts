import { readScoreQuery } from "../../../scoring/model/score-query";

test.each([
  ["", false, false],
  ["?explain=true", true, false],
  ["?intervals=true&explain=false", false, true],
  ["?intervals=true&explain=true", true, true],
])("%s is read", (query, explain, intervals) => {
  expect(readScoreQuery(`/score${query}`)).toEqual({ explain, intervals });
});

test("parameters that nobody knows are named, but not all of very many", () => {
  const query = Array.from({ length: 1000 }, (_, index) => `p${index}=`).join("&");
  expect(() => readScoreQuery(`/score?${query}`)).toThrow(
    'The address has the parameter "p0", "p1", "p2", "p3", "p4". Allowed: "explain", "intervals".',
  );
});

test.each([
  ["?intervals=1", '"intervals" is "1". Expected true or false.'],
  ["?intervals=true&intervals=true", '"intervals" is "true" and "true". Expected true or false.'],
])("%s is refused", (query, message) => {
  expect(() => readScoreQuery(`/score${query}`)).toThrow(message);
});
