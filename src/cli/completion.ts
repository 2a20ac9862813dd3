import { UsageError } from './cli-error.js';
import type { CommandSpec, OptionSpec } from './command.js';

interface Place {
  readonly words: string[];
  readonly options: readonly OptionSpec[];
}

type Places = ReadonlyMap<string, Place>;
type OptionsOf = (spec: CommandSpec) => readonly OptionSpec[];

/** The possible words after each noun and each command. */
function placesOf(commands: readonly CommandSpec[], optionsOf: OptionsOf): Places {
  const places = new Map<string, Place>([['', { words: [], options: [] }]]);
  for (const spec of commands) {
    const words = spec.name.split(' ');
    words.forEach((word, at) => {
      const here = words.slice(0, at).join(' ');
      const next = words.slice(0, at + 1).join(' ');
      const siblings = places.get(here)?.words ?? [];
      if (!siblings.includes(word)) siblings.push(word);
      const options = next === spec.name ? optionsOf(spec) : [];
      if (!places.has(next)) places.set(next, { words: [], options });
    });
  }
  return places;
}

const longFlag = ({ flags }: OptionSpec): string => /--[a-z-]+/.exec(flags)?.[0] ?? '';

/** Also run by zsh: `path` is its PATH, and the length of a slice must begin with a number or `$`. */
function bash(places: Places): string {
  const entries = [...places].map(([path, { words, options }]) => {
    const candidates = [...words, ...options.map(longFlag)].join(' ');
    return `    '${path}') echo '${candidates}' ;;`;
  });
  const values = [...places].flatMap(([path, { options }]) =>
    options
      .filter(({ choices }) => choices !== undefined)
      .map((option) => `    '${path} ${longFlag(option)}') echo '${(option.choices ?? []).join(' ')}' ;;`),
  );
  return `_sluice_candidates() {
  case "$1" in
${entries.join('\n')}
    *) return 1 ;;
  esac
}
_sluice_values() {
  case "$1" in
${values.join('\n')}
    *) return 1 ;;
  esac
}
_sluice() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" place='' word given
  for word in "\${COMP_WORDS[@]:1:$((COMP_CWORD-1))}"; do
    if _sluice_candidates "\${place:+$place }$word" > /dev/null; then place="\${place:+$place }$word"; fi
  done
  given="$(_sluice_values "$place $prev")" || given="$(_sluice_candidates "$place")"
  COMPREPLY=($(compgen -W "$given" -- "$cur"))
}
complete -o default -F _sluice sluice`;
}

function zsh(places: Places): string {
  return `(( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
autoload -U +X bashcompinit && bashcompinit
${bash(places)}`;
}

function fish(places: Places): string {
  const lines = [...places].flatMap(([path, { words, options }]) => [
    ...words.map((word) => `complete -c sluice -f -n "__sluice_at '${path}'" -a '${word}'`),
    ...options.map((option) => {
      const values = option.choices === undefined ? '' : ` -x -a '${option.choices.join(' ')}'`;
      const about = option.about.replaceAll("'", '’');
      return `complete -c sluice -n "__sluice_in '${path}'" -l ${longFlag(option).slice(2)} -d '${about}'${values}`;
    }),
  ]);
  return `function __sluice_words
  set -l words (commandline -opc | string match -v -- '-*')
  string join ' ' -- $words[2..-1]
end
function __sluice_at
  test (__sluice_words | string collect -a) = "$argv[1]"
end
function __sluice_in
  string match -q -- "$argv[1]*" (__sluice_words | string collect -a)
end
${lines.join('\n')}`;
}

const shells: Readonly<Record<string, (places: Places) => string>> = { bash, zsh, fish };

/** Made from the same table as the program, so that it offers what there is. */
export function completionCommand(commands: readonly CommandSpec[], optionsOf: OptionsOf): CommandSpec {
  return {
    name: 'completion',
    about: 'a script that completes commands and options in bash, zsh or fish',
    kind: 'local',
    args: ['<shell>'],
    examples: [
      'source <(sluice completion bash)',
      'source <(sluice completion zsh)',
      'sluice completion fish | source',
    ],
    run: ({ terminal }, [shell = '']) => {
      const script = shells[shell];
      if (script === undefined)
        throw new UsageError(`The shell is one of ${Object.keys(shells).join(', ')}.`);
      terminal.out(script(placesOf(commands, optionsOf)));
      return Promise.resolve();
    },
  };
}
