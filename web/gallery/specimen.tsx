import type { ComponentChildren } from 'preact';

interface SpecimenProps {
  readonly name: string;
  readonly children: ComponentChildren;
}

export function Specimen({ name, children }: SpecimenProps) {
  return (
    <div class="specimen">
      <h3>{name}</h3>
      <div class="specimen-body">{children}</div>
    </div>
  );
}
