/** Only what a source told: an attribute that it left out or gave as null is absent, which means that it cannot be told. */
export type Told<Values> = { [Name in keyof Values]?: NonNullable<Values[Name]> };

export const told = <Values extends object>(values: Values): Told<Values> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value != null)) as Told<Values>;
