import type { DatePart } from "../../../platform/definition/date-parts";

/** Each part that a date may become; "signed" is another date column. */
export const everyDatePart: DatePart[] = [
  "year",
  "month",
  "day",
  "dayOfWeek",
  "hour",
  "yearCycle",
  "weekCycle",
  "dayCycle",
  { daysSince: "2020-02-29T12:00:00Z" },
  { daysSince: "signed" },
];
