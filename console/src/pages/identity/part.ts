/** What each list of an identity's page is told: whose, from which cursor, and how to turn the page. */
export interface PartProps {
  id: string;
  cursor: string | undefined;
  onMove: (cursor: string | undefined) => void;
}
