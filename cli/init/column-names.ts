/** Names of ids: "id", "customer_id", "PassengerId". */
export function isIdName(name: string): boolean {
  return /(^|[^a-z])(id|uuid|guid|key)$/i.test(name) || /[a-z](Id|ID|Uuid|UUID|Guid|GUID|Key)$/.test(name);
}

/** Names of what may be an id or an amount: "invoice no", "Kunden-Nr.", "Kundennummer", which German writes as one word. */
export function isNumberName(name: string): boolean {
  return /((^|[^a-z])(no|num|number)|nr|nummer)\.?$/i.test(name);
}

/** Names that programs give to the numbers of the rows, of which a part may be left. */
export function isRowNumberName(name: string): boolean {
  return /^(unnamed: ?\d+|level_\d+|__index_level_\d+__|row([ _.-]?(names?|num|number|no|id|index))?|rownum)$/i.test(
    name,
  );
}

/** Names of codes that are written like numbers: those of the post. */
export function isCodeName(name: string): boolean {
  return /(^|[^a-z])(zip|zip[ _-]?code|plz|postleitzahl|post[ _-]?code|postal[ _-]?code)$/i.test(name);
}

/** Names of persons' names, which the model itself would hold. */
export function isPersonName(name: string): boolean {
  return /^name$|(first|last|full|sur|family|customer|user|client|patient|person)[ _-]?name$/i.test(name);
}

/** Names of where a person is reached; one of few values may say of what kind it is, or whether there is one. */
export function isContactName(name: string): boolean {
  return /e-?mail|phone|telefon|iban/i.test(name);
}

/** Names of the day of a birth, by which a person is found with little else. */
export function isBirthName(name: string): boolean {
  return /birth|(^|[^a-z])dob([^a-z]|$)|geburt|naissance|nacimiento/i.test(name);
}

/** Names of what goes on from row to row by itself. */
export function isTimeName(name: string): boolean {
  return /^t$|year|month|week|day|hour|minute|second|time|date|period|quarter/i.test(name);
}
