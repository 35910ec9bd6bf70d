export { summaryPdf } from './pdf.ts';
