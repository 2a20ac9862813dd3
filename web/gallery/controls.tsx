import { useSignal } from '@preact/signals';
import { toast } from '../app/toasts';
import { Button, IconButton, KeyHint } from '../ui/button';
import { CopyButton } from '../ui/copy-button';
import { Dialog } from '../ui/dialog';
import { AreaField, CheckField, SelectField, TextField } from '../ui/field';
import { Icon, iconNames } from '../ui/icon';
import { Mark } from '../ui/mark';
import { Menu } from '../ui/menu';
import { SchemaForm } from '../ui/schema-form';
import { SearchBox } from '../ui/search-box';
import { Specimen } from './specimen';

const kinds = ['primary', 'plain', 'quiet', 'danger', 'approve'] as const;
const nothing = (): void => undefined;

const schema = {
  type: 'object',
  properties: {
    title: { type: 'string', description: 'What a reader sees first' },
    amount: { type: 'number' },
    urgent: { type: 'boolean' },
    level: { enum: ['low', 'high'] },
    parts: { type: 'array', items: { type: 'string' } },
  },
};

export function Controls({ theme }: { readonly theme: string }) {
  const dialog = useSignal<'plain' | 'wide' | 'side' | null>(null);
  return (
    <>
      <Specimen name="Buttons">
        {kinds.map((kind) => (
          <Button key={kind} kind={kind}>
            {kind}
          </Button>
        ))}
        {kinds.map((kind) => (
          <Button key={kind} kind={kind} disabled>
            {kind}, disabled
          </Button>
        ))}
        <Button icon="check" hint="a">
          Approve
        </Button>
        <Button kind="quiet" pressed icon="filter">
          Pressed
        </Button>
        <Button busy>Busy</Button>
        <KeyHint keys="mod+Enter" />
      </Specimen>
      <Specimen name="Icons">
        <Mark />
        {iconNames.map((name) => (
          <Icon key={name} name={name} />
        ))}
        <IconButton icon="close" label="Close" onClick={nothing} />
        <IconButton icon="eye" label="Shown" pressed onClick={nothing} />
        <IconButton icon="edit" label="Edit" disabled onClick={nothing} />
        <CopyButton text="copied" />
        <Menu
          label="More"
          items={[
            { label: 'Fork', icon: 'fork', run: nothing },
            { label: 'Open elsewhere', icon: 'external', href: '/docs' },
            { label: 'Delete', icon: 'close', danger: true, run: nothing },
          ]}
        />
      </Specimen>
      <Fields />
      <Specimen name="Above the page">
        {(['plain', 'wide', 'side'] as const).map((kind) => (
          <Button key={kind} onClick={() => (dialog.value = kind)}>
            Dialog, {kind}
          </Button>
        ))}
        {(['done', 'failed', 'plain'] as const).map((tone) => (
          <Button key={tone} onClick={() => toast({ tone, text: `A toast that is ${tone}` })}>
            Toast, {tone}
          </Button>
        ))}
        {dialog.value !== null && (
          <Dialog
            title={`A dialog in ${theme}`}
            wide={dialog.value === 'wide'}
            side={dialog.value === 'side'}
            onClose={() => (dialog.value = null)}
            footer={<Button onClick={() => (dialog.value = null)}>Keep it</Button>}
          >
            <p>What it costs, and what cannot be undone.</p>
          </Dialog>
        )}
      </Specimen>
    </>
  );
}

function Fields() {
  const text = useSignal('Forecast');
  const data = useSignal('{"title":"Rain","amount":3,"urgent":true,"level":"low","parts":["one"]}');
  const isOn = useSignal(true);
  const set = (value: string): void => void (text.value = value);
  return (
    <Specimen name="Fields">
      <TextField label="Topic" hint="What the session is about" value={text.value} onChange={set} />
      <TextField label="With a fault" fault="It must not be empty." value="" onChange={set} />
      <AreaField label="Notes" rows={2} value={text.value} onChange={set} />
      <AreaField label="Code" code rows={2} value={text.value} onChange={set} />
      <SelectField label="Choice" value="one" options={[['one', 'One']]} onChange={set} />
      <CheckField label="On" checked={isOn.value} onChange={(checked) => (isOn.value = checked)} />
      <SearchBox label="Search" value="" onChange={nothing} />
      <SchemaForm schema={schema} text={data.value} onChange={(next) => (data.value = next)} />
      <SchemaForm schema={schema} text="not data" onChange={nothing} />
    </Specimen>
  );
}
