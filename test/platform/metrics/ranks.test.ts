import { rankRows } from "../../../platform/metrics/ranks";

const even = Array.from({ length: 3000 }, (_, row) => ((row * 7919) % 1000) / 999);

test.each<[string, number[]]>([
  ["none", []],
  ["one", [0.5]],
  ["the same", [0.25, 0.25, 0.25]],
  ["evenly spread ones", even],
  ["ones near the ends", even.map((score) => score ** 40)],
  ["ones that differ in their last bits", even.map((score) => 1 + Math.round(score * 20) * Number.EPSILON)],
  ["zeros of either sign", [0, -0, 1, -1, 0]],
  ["very far ones", [1e308, -1e308, 0, 1.7e308, -1.7e308, 5e-324]],
  ["infinite ones", [Infinity, 1, -Infinity, 2]],
])("each row has the number of its score among the distinct ones, rising: %s", (_, scores) => {
  const distinct = [...new Set(scores)].sort((a, b) => a - b);
  const ranked = rankRows({ predicted: Float64Array.from(scores) });
  expect(Array.from(ranked.scores, (score) => score + 0)).toEqual(distinct.map((score) => score + 0));
  const places = new Map(distinct.map((score, place) => [score, place]));
  expect([...ranked.ranks]).toEqual(scores.map((score) => places.get(score)));
});
