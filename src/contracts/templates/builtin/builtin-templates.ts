import type { TemplateDefinition } from '../template.js';
import { minimal } from './minimal.js';
import { researchBrief } from './research-brief.js';
import { viralContent } from './viral-content.js';

/** The templates that come with the program. A changed definition becomes a new version when a process starts. */
export const builtinTemplates: readonly TemplateDefinition[] = [viralContent, researchBrief, minimal];
