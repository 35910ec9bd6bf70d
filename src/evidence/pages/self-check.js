/**
 * The page's own script. It runs behind the bundled verifier in one module, and is handed what it needs from it.
 * @param {{verifyPackage: Function, formatReport: Function}} verifier
 */
// biome-ignore lint/correctness/noUnusedVariables: called at the end of the module that this text becomes part of
function offerSelfCheck({ verifyPackage, formatReport }) {
  const form = document.getElementById('self-check');
  const picker = document.getElementById('package');
  const output = document.getElementById('report');
  const status = document.getElementById('status');
  form.hidden = false;

  async function check(file) {
    status.textContent = 'Checking…';
    output.textContent = '';
    try {
      const report = await verifyPackage(new Uint8Array(await file.arrayBuffer()));
      output.textContent = formatReport(report);
      status.textContent =
        report.exitCode === 0 ? 'Self-check: what is there holds.' : 'Self-check: DOES NOT HOLD.';
    } catch {
      status.textContent = 'The file could not be read.';
    }
  }

  picker.addEventListener('change', () => {
    const [file] = picker.files;
    if (file) void check(file);
  });
}
