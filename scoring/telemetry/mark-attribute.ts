/** Attribute of a span that says of a request of our own which kind it is: "test" or "shadow". */
export const markAttribute = "mlops.mark";
