/** `2026-03-03T09:00` of a field is UTC here, as every time on every screen. Undefined where the field is empty. */
export const asUtc = (field: FormDataEntryValue | null): string | undefined =>
  typeof field === 'string' && field !== '' ? new Date(`${field}Z`).toISOString() : undefined;
