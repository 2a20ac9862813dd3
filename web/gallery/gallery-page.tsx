import { usePageTitle } from '../app/page-title';
import { Controls } from './controls';
import { Lists } from './lists';
import { States } from './states';
import { Texts } from './texts';

/**
 * Every building block in each state, in both themes at once. For people who work on the console: its words are not
 * translated, and only a development build has it.
 */
export function GalleryPage() {
  usePageTitle('Building blocks');
  return (
    <div class="page gallery">
      <h1>Building blocks</h1>
      {(['light', 'dark'] as const).map((theme) => (
        <section key={theme} class="gallery-theme" data-theme={theme} aria-label={theme}>
          <h2>{theme}</h2>
          <States />
          <Controls theme={theme} />
          <Lists theme={theme} />
          <Texts />
        </section>
      ))}
    </div>
  );
}
