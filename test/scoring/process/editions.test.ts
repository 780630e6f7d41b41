import { EventEmitter } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Editions, type Edition } from "../../../scoring/process/editions";

function edition(reference: string, seen: string[]): Edition {
  return {
    reference,
    handle: () => seen.push(`${reference} asked`),
    close: () => Promise.resolve(void seen.push(`${reference} closed`)),
  };
}

const request = {} as IncomingMessage;
const response = () => new EventEmitter() as unknown as ServerResponse & EventEmitter;

test("an edition is closed after its last request, and not before, while the next one is asked already", () => {
  const seen: string[] = [];
  const editions = new Editions(edition("cost:1", seen), () => undefined);
  const [first, second, third] = [response(), response(), response()];
  editions.handle(request, first);
  editions.handle(request, second);
  editions.replace(edition("cost:2", seen));
  editions.handle(request, third);
  expect(editions.inFlight).toBe(3);
  first.emit("close");
  expect(seen).toEqual(["cost:1 asked", "cost:1 asked", "cost:2 asked"]);
  second.emit("close");
  expect(seen.at(-1)).toBe("cost:1 closed");
  expect([editions.reference, editions.inFlight]).toEqual(["cost:2", 1]);
  third.emit("close");
  editions.replace(edition("cost:3", seen));
  expect(seen.at(-1)).toBe("cost:2 closed");
});
