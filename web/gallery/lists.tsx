import { useSignal } from '@preact/signals';
import { StateMark } from '../ui/state-mark';
import { Tabs } from '../ui/tabs';
import { Specimen } from './specimen';

const tabs = ['Document', 'Steps', 'Events'];

export function Lists({ theme }: { readonly theme: string }) {
  const chosen = useSignal(`${theme}-Document`);
  const panel = `${theme}-panel`;
  return (
    <>
      <Specimen name="Tabs">
        <Tabs
          label={`Tabs in ${theme}`}
          tabs={tabs.map((label, count) => ({ id: `${theme}-${label}`, label, icon: 'document', count }))}
          chosen={chosen.value}
          panel={panel}
          onChoose={(id) => (chosen.value = id)}
        />
        <div id={panel} role="tabpanel" tabIndex={0} aria-labelledby={`tab-${chosen.value}`}>
          {chosen.value}
        </div>
      </Specimen>
      <Specimen name="Table and chips">
        <div class="table-frame" tabIndex={0} role="group" aria-label={`A table in ${theme}`}>
          <table class="table">
            <thead>
              <tr>
                <th scope="col">Topic</th>
                <th scope="col">State</th>
                <th scope="col">Cost</th>
              </tr>
            </thead>
            <tbody>
              {['running', 'waiting_approval', 'failed'].map((status, place) => (
                <tr key={status} class={place === 1 ? 'table-row selected' : 'table-row'}>
                  <td class="topic">
                    <a href="/ui">A topic</a> <span class="chip">#tag</span>
                  </td>
                  <td>
                    <StateMark status={status} />
                  </td>
                  <td class="number">$0.0{place}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        <p class="note">A note</p>
        <button type="button" class="arrived">
          3 new
        </button>
      </Specimen>
    </>
  );
}
