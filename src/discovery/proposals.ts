/** Whose something may be that nobody declared, by what its source says. Pure. */

export type Confidence = 'high' | 'medium' | 'low';
const CONFIDENCES: readonly Confidence[] = ['low', 'medium', 'high'];

/** One thing that a source says of whose it is, with its personal value opened. */
export interface OwnerClaim {
  /** A login, a mail address, a name, several with spaces between, or a path that ends in one. */
  value: string;
  /** `tag`, `sponsor`, `creator` and so on, as `ownerFrom` has it. */
  from: string;
  /** Of what it is said: of the thing, of the same thing seen elsewhere, or of what holds it. */
  of: 'itself' | 'same' | 'holder';
}

/** A registered person, names in clear; null where one was erased. */
export interface KnownPerson {
  id: string;
  name: string | null;
  displayName: string | null;
  email: string | null;
  status: 'active' | 'left';
}

export interface OwnerProposal {
  /** Person id; null where no living person goes by what was said. */
  owner: string | null;
  confidence: Confidence;
  reason: string;
}

/** What is said in these ways is about whose it is; all else tells who had a hand in it. */
const OF_OWNERS: ReadonlySet<string> = new Set(['tag', 'sponsor', 'code-owners', 'terraform', 'directory']);
const SAID: Readonly<Record<string, string>> = {
  tag: 'a tag names',
  sponsor: 'its sponsor is',
  'code-owners': 'the code owners are',
  terraform: 'the Terraform code names',
  directory: 'the directory names as manager',
  git: 'the last to change it was',
  creator: 'it was made by',
};
const WHERE: Readonly<Record<OwnerClaim['of'], string>> = {
  itself: '',
  same: ', where it was seen elsewhere',
  holder: ', of what holds it',
};
const MAIL = /[^\s<>@,;]{1,64}@[^\s<>@,;]{1,255}/g;

interface Match {
  person: KnownPerson;
  /** By a name that is theirs alone, or by one that others may have as well. */
  exact: boolean;
}

const folded = (text: string | null): string => (text ?? '').trim().toLowerCase();

/** What was said, its mail addresses, and its words that stand after an `@`: whoever goes by one of these is meant. */
function namesIn(text: string): string[] {
  const handles = text.split(/[\s,;]+/).filter((word) => word.startsWith('@'));
  return [text, ...(text.match(MAIL) ?? []), ...handles.map((word) => word.slice(1))];
}

/** All else that it holds: words of a sentence, the end of a path. */
const wordsIn = (text: string): string[] => [text, ...text.split(/[\s,;<>]+/)].filter((word) => word !== '');

const endOf = (word: string): string => word.split(/[/\\:]/).at(-1) ?? '';
const localPart = (word: string): string => word.split('@')[0] ?? '';

function matchOf(person: KnownPerson, text: string): Match | undefined {
  const [name, mail, display] = [folded(person.name), folded(person.email), folded(person.displayName)];
  const is = (word: string, known: string) => known !== '' && word === known;
  if (namesIn(text).some((word) => is(word, mail) || is(word, name))) return { person, exact: true };
  const loosely = (word: string) =>
    [display, name, mail].some((known) => is(word, known) || is(endOf(word), known)) ||
    is(localPart(endOf(word)), name);
  return wordsIn(text).some(loosely) ? { person, exact: false } : undefined;
}

const lower = (confidence: Confidence, steps: number): Confidence =>
  CONFIDENCES[Math.max(0, CONFIDENCES.indexOf(confidence) - steps)] ?? 'low';

const saying = ({ value, from, of }: OwnerClaim): string =>
  `${SAID[from] ?? `${from} names`} \`${value}\`${WHERE[of]}`;

function proposalsOf(claim: OwnerClaim, people: readonly KnownPerson[]): OwnerProposal[] {
  const text = folded(claim.value).replace(/^mailto:/, '');
  const matches = people.flatMap((person) => matchOf(person, text) ?? []);
  const exact = matches.filter((match) => match.exact);
  const found = exact.length > 0 ? exact : matches;
  if (found.length === 0)
    return [
      { owner: null, confidence: 'low', reason: `${saying(claim)}: nobody who is enrolled goes by that` },
    ];
  const best: Confidence = OF_OWNERS.has(claim.from) ? 'high' : 'medium';
  const steps = (exact.length > 0 ? 0 : 1) + (claim.of === 'holder' ? 1 : 0) + (found.length > 1 ? 1 : 0);
  return found.map(({ person }) =>
    person.status === 'left'
      ? { owner: null, confidence: 'low' as const, reason: `${saying(claim)}, who has left` }
      : {
          owner: person.id,
          confidence: lower(best, steps),
          reason: reasonOf(claim, exact.length > 0, found.length),
        },
  );
}

function reasonOf(claim: OwnerClaim, exact: boolean, found: number): string {
  const how = exact ? '' : ', which is close to the name of one who is enrolled';
  return `${saying(claim)}${how}${found > 1 ? `; ${found} people go by that` : ''}`;
}

/** The best proposal for each person, surest first; what names nobody who is enrolled comes last, once for each saying. */
export function proposeOwners(
  claims: readonly OwnerClaim[],
  people: readonly KnownPerson[],
): OwnerProposal[] {
  const best = new Map<string, OwnerProposal>();
  for (const proposal of claims.flatMap((claim) => proposalsOf(claim, people))) {
    const key = proposal.owner ?? proposal.reason;
    const known = best.get(key);
    if (known === undefined || rank(proposal) > rank(known)) best.set(key, proposal);
  }
  return [...best.values()].sort((a, b) => rank(b) - rank(a));
}

const rank = ({ owner, confidence }: OwnerProposal): number =>
  owner === null ? -1 : CONFIDENCES.indexOf(confidence);

/** What an observation says of owners: `owner` as `ownerFrom` tells it, and who made it. */
export function ownerClaims(
  attributes: Readonly<Record<string, unknown>>,
  of: OwnerClaim['of'],
): OwnerClaim[] {
  const { owner, ownerFrom, createdBy } = attributes;
  const said: Array<[unknown, string]> = [
    [owner, typeof ownerFrom === 'string' ? ownerFrom : 'tag'],
    [createdBy, 'creator'],
  ];
  return said.flatMap(([value, from]) =>
    typeof value === 'string' && value.trim() !== '' ? [{ value, from, of }] : [],
  );
}
