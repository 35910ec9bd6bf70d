import './code.css';

/** Text as it is, in a box that scrolls: named, and reachable by keyboard so that it can be scrolled. */
export const Code = ({ label, children }: { label: string; children: string }) => (
  <section
    className="code"
    aria-label={label}
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
    tabIndex={0}
  >
    <pre>{children}</pre>
  </section>
);
