import { after, before, describe, test } from 'node:test';
import { lookAtEach, openScene, type Scene } from './every-page.ts';
import { missing } from './world.ts';

/** A file of its own, so that the two themes are looked at side by side. */
describe('every page in dark', { skip: missing ?? false }, () => {
  let scene: Scene;
  before(async () => {
    scene = await openScene();
  });
  after(() => scene?.world.close());

  test('no page has an axe violation in dark, scrolls sideways or breaks the CSP', (t) =>
    lookAtEach(t, scene, 'dark'));
});
