import {
  isBirthName,
  isCodeName,
  isContactName,
  isIdName,
  isNumberName,
  isPersonName,
  isRowNumberName,
  isTimeName,
} from "../../../cli/init/column-names";

test.each<[string, (name: string) => boolean, readonly string[], readonly string[]]>([
  ["ids", isIdName, ["id", "customer_id", "PassengerId", "row-uuid"], ["paid", "width", "valid"]],
  [
    "numbers",
    isNumberName,
    ["invoice no", "Kunden-Nr.", "Kundennr.", "Bestellnummer", "number"],
    ["piano", "casino"],
  ],
  ["numbers of rows", isRowNumberName, ["Unnamed: 0", "level_0", "row number"], ["rowing", "arrow"]],
  [
    "codes of the post",
    isCodeName,
    ["zip", "ZIP Code", "home_zip", "PLZ", "postcode"],
    ["gzip", "code", "zipper"],
  ],
  [
    "persons",
    isPersonName,
    ["name", "customer_name", "First Name", "surname"],
    ["product name", "store_name", "named"],
  ],
  ["where persons are reached", isContactName, ["email", "E-Mail", "Phone", "iban"], ["mail", "town"]],
  ["births", isBirthName, ["birthday", "DoB", "user_dob", "date of birth"], ["adobe", "day"]],
  ["times", isTimeName, ["t", "Year", "order date"], ["price", "town"]],
])("names of %s", (_, holds, yes, no) => {
  expect(yes.filter((name) => !holds(name))).toEqual([]);
  expect(no.filter(holds)).toEqual([]);
});
