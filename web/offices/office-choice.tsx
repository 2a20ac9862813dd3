import { t } from '../app/i18n';
import { notices } from '../notifications/notice-words';
import { SelectField } from '../ui/field';
import { useOffices } from '../notifications/notification-queries';

interface OfficeChoiceProps {
  readonly value: string;
  readonly onChange: (id: string) => void;
}

/** The office of a new record. */
export function OfficeChoice({ value, onChange }: OfficeChoiceProps) {
  const offices = useOffices({});
  const items = (offices.loaded.data ?? []).map(({ id, name }) => [id, name] as const);
  if (offices.more !== undefined && !offices.isLoadingMore) offices.more();
  return (
    <SelectField
      label={notices().office}
      value={value}
      options={[['', t().compare.nothing] as const, ...items]}
      onChange={onChange}
    />
  );
}
